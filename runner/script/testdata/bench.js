import http from 'k6/http';
import { check } from 'k6';

export default function () {
  const response = http.get(`${__ENV.BASE_URL}/health`);
  check(response, {
    'status is 200': (r) => r.status === 200,
    'response time < 500ms': (r) => r.timings.duration < 500,
  });
}
