// Expects the workers to be done with a burst of jobs within a minute. It is an
// objective of the report; when it is missed, the promise is broken.
//
//   headroom load docs/examples/artisan/queue-drain.js
import { queue } from 'k6/x/artisan';

const jobs = queue('default');

export const options = { vus: 1, iterations: 1 };

export default async function () {
  await jobs.push(100);
  const drained = await jobs.drain({ within: '1m', name: 'the burst is worked off' });
  console.log(`empty after ${(drained.took / 1000).toFixed(1)} s`);
}
