// The load profile of the Production Scaling Guide: up to 100 users, then up
// to 200, each of whom looks at /health about once a second. 16 minutes.
//
//   BASE_URL  where the platform answers (default: the production API)
import http from 'k6/http';
import { check, sleep } from 'k6';

export const options = {
  stages: [
    { duration: '2m', target: 100 },
    { duration: '5m', target: 100 },
    { duration: '2m', target: 200 },
    { duration: '5m', target: 200 },
    { duration: '2m', target: 0 },
  ],
};

const baseURL = __ENV.BASE_URL || 'https://api.artisan-platform.com';

export default function () {
  const response = http.get(`${baseURL}/health`);
  check(response, {
    'status is 200': (r) => r.status === 200,
    'response time < 500ms': (r) => r.timings.duration < 500,
  });
  sleep(1);
}
