// Asks Prometheus for values of this moment, and of the last minute.
//
//   headroom load docs/examples/artisan/prometheus-query.js
import { prometheus } from 'k6/x/artisan';

// Another server is named by ARTISAN_PROMETHEUS, or by its URL here.
const prom = prometheus();

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const up = await prom.query('count(up == 1)');
  switch (up.outcome) {
    case 'value':
      console.log(`${up.value} targets are up`);
      break;
    default: // empty, nan or stale: no number, and value is NaN
      console.log(`no answer: ${up.outcome} ${up.error || ''}`);
  }

  const range = await prom.queryRange('up', { from: Date.now() - 60 * 1000, step: '5s' });
  for (const s of range.series) {
    console.log(`${s.labels.instance}: up in ${s.points.filter((p) => p.value === 1).length} of ${s.points.length} looks`);
  }
}
