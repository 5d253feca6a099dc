// Expects a value now, one that comes about in time, and one that holds for a
// while. Each is an objective of the report.
//
//   headroom load docs/examples/artisan/prometheus-expect.js
import { prometheus } from 'k6/x/artisan';

const prom = prometheus();

export const options = { vus: 1, iterations: 1 };

export default async function () {
  await prom.expect('count(up == 1)', { name: 'targets are scraped', min: 1 });
  await prom.expect('count(up == 0) or vector(0)', { name: 'all targets come up', max: 0, within: '30s' });

  // No series, NaN and stale samples never meet it.
  const seen = await prom.expect('min(up)', { name: 'all targets stay up', min: 1, for: '5s' });
  console.log(`${seen.samples} evaluations, the nearest to the limit was ${seen.value}`);
}
