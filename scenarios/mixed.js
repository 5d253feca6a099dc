// What the platform's users do, as they would all together: 300 requests a
// second, of which 40 % read posts, 30 % read products, 20 % report a sale,
// 5 % read analytics and 5 % ask for the health.
//
//   BASE_URL  where the platform answers (default: the production API)
//   RUN       a name that this run's sale events begin with (default: the time)
//   RATE      requests per second (default: 300)
//   DURATION  how long (default: 3m)
import http from 'k6/http';
import exec from 'k6/execution';
import { check } from 'k6';
import { Counter } from 'k6/metrics';

export const options = {
  scenarios: {
    mixed: {
      executor: 'constant-arrival-rate',
      rate: Number(__ENV.RATE || 300),
      timeUnit: '1s',
      duration: __ENV.DURATION || '3m',
      // A request that waits for a failover of ten seconds holds its user: 60
      // sales a second make 600 of them. They are there from the start, since
      // an iteration is dropped where its user has to be made first.
      preAllocatedVUs: 1200,
      maxVUs: 1500,
    },
  },
  setupTimeout: '30s',
  teardownTimeout: '30s',
};

const baseURL = __ENV.BASE_URL || 'https://api.artisan-platform.com';
const users = 1000;
const products = 10000;
const platforms = ['etsy', 'shopify', 'instagram', 'website'];

const acknowledged = new Counter('sale_events_acknowledged');
const stored = new Counter('sale_events_stored');

// Twenty requests in a row hold the shares exactly; the steps of 7 and 3 are
// prime to 20 and spread each kind over them.
const kinds = [
  'posts', 'posts', 'posts', 'posts', 'posts', 'posts', 'posts', 'posts',
  'products', 'products', 'products', 'products', 'products', 'products',
  'sale', 'sale', 'sale', 'sale',
  'analytics',
  'health',
];

export function setup() {
  return { run: __ENV.RUN || `mixed-${Date.now()}` };
}

export default function (data) {
  const n = exec.scenario.iterationInTest;
  // The same order of users in every run; 7919 is prime to their number.
  const user = 1 + ((n * 7919) % users);
  switch (kinds[(n * 7) % kinds.length]) {
    case 'posts':
      return expect(http.get(`${baseURL}/api/posts?user_id=${user}`, named('GET /api/posts')), 200);
    case 'products':
      return expect(http.get(`${baseURL}/api/products?user_id=${user}`, named('GET /api/products')), 200);
    case 'sale':
      return sale(data.run, n);
    case 'analytics':
      return expect(http.get(`${baseURL}/api/analytics?user_id=${user}`, named('GET /api/analytics')), 200);
    default:
      return expect(http.get(`${baseURL}/health`, named('GET /health')), 200);
  }
}

function sale(run, n) {
  const event = {
    event_id: `${run}-${n}`,
    product_id: 1 + ((n * 7919) % products),
    platform: platforms[n % platforms.length],
    amount_cents: 100 + (n % 10000),
  };
  const response = http.post(`${baseURL}/api/sale-events`, JSON.stringify(event), {
    headers: { 'Content-Type': 'application/json' },
    tags: { name: 'POST /api/sale-events' },
  });
  if (expect(response, 201)) {
    acknowledged.add(1);
  }
}

function named(name) {
  return { tags: { name } };
}

function expect(response, status) {
  return check(response, { 'answered as it should': (r) => r.status === status });
}

// What was acknowledged must be stored. The two counters stand side by side in
// the summary; more may be stored than was acknowledged, where an answer got
// lost, and never less.
export function teardown(data) {
  const response = http.get(`${baseURL}/api/sale-events/count?prefix=${data.run}-`, named('GET /api/sale-events/count'));
  if (expect(response, 200)) {
    stored.add(response.json('count'));
  }
}
