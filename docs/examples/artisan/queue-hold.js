// Keeps 50 jobs waiting for ten seconds, however fast the workers take them: an
// autoscaler that follows the queue's length sees the same value all the time.
//
//   headroom load docs/examples/artisan/queue-hold.js
import { queue } from 'k6/x/artisan';

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const held = await queue('default').hold(50, { for: '10s' });
  console.log(`pushed ${held.pushed} jobs; between ${held.lowest} and ${held.highest} waited, ${held.mean.toFixed(1)} on average`);
}
