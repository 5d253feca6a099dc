// Looks at an autoscaler and says what it has to do. Each expectation is an
// objective of the report.
//
//   headroom load docs/examples/artisan/hpa.js
import { hpa } from 'k6/x/artisan';

const backend = hpa('artisan-platform-backend-hpa');

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const { desired, min, max, metrics } = await backend.status();
  console.log(`${desired} of ${min} to ${max} replicas; it follows ${metrics.map((m) => m.name).join(', ')}`);

  await backend.expectScale({ name: 'the minimum is ready', atLeast: min, within: '30s', ready: true });
  const calm = await backend.expectStable({ name: 'nothing happens at rest', for: '5s' });
  console.log(`calm at ${calm.replicas} replicas`);

  // What does not come is an exception, and an objective that is missed.
  try {
    await backend.expectScale({ name: 'one more without load', to: desired + 1, within: '2s' });
  } catch (e) {
    console.log(`${e.name}: ${e.outcome}`);
  }
  console.log(`replicas since the start: ${(await backend.timeline()).map((s) => s.desired).join(' → ')}`);
}
