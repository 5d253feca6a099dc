// Attacks in three ways: at a constant rate, in stages, and with a rate that
// swings. BASE_URL says what.
//
//   headroom load --target http://127.0.0.1:8000 docs/examples/artisan/attack.js
import { attack } from 'k6/x/artisan';

const base = __ENV.BASE_URL || 'http://127.0.0.1:8000';

export const options = {
  scenarios: { attack: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '2m' } },
  thresholds: {
    // From when a request was due: a server that is slow cannot hide it.
    'http_req_due_duration{engine:vegeta}': ['p(95)<1000'],
    'http_req_failed{engine:vegeta}': ['rate<0.01'],
    artisan_dropped_requests: ['count<1'],
  },
};

export default async function () {
  const steady = await attack({ name: 'steady', rate: 100, duration: '1s', targets: [`${base}/health`] });
  console.log(`${steady.requests} requests, ${steady.dropped} dropped, success ${steady.success}`);

  // Up to 200 a second, and back.
  const ramp = await attack({
    name: 'ramp',
    stages: [{ duration: '500ms', rate: 200 }, { duration: '500ms', rate: 0 }],
    targets: [{ method: 'POST', url: `${base}/orders`, header: { 'Content-Type': 'application/json' }, body: { item: 1 } }],
  });
  console.log(`${ramp.requests} requests, responses ${JSON.stringify(ramp.codes)}`);

  // Each request has a URL of its own; all count for one name.
  const swing = await attack({
    name: 'items',
    sine: { mean: '6000/m', amplitude: '3000/m', period: '1s' },
    duration: '1s',
    targets: (n) => `${base}/items/${n}`,
    timeout: '2s',
    workers: 50,
    tags: { kind: 'swing' },
  });
  console.log(`${swing.requests} requests, asked for ${swing.rate.asked} a second`);
}
