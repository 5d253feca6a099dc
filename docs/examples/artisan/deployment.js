// The manual procedure: sets the replicas of a Deployment, and looks what the
// autoscaler makes of it. Only Headroom's own cluster is changed, or a context
// that is named.
//
//   headroom load docs/examples/artisan/deployment.js
import { deployment } from 'k6/x/artisan';

const backend = deployment('artisan-platform-backend');

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const { replicas, ready } = await backend.status();
  console.log(`${ready} of ${replicas} replicas are ready`);

  const scaled = await backend.scale(replicas + 1, { observe: '5s' });
  console.log(`from ${scaled.from} to ${scaled.to}: ${scaled.kept ? 'kept so far' : `${scaled.hpa} made it ${scaled.replicas} after ${scaled.changedAfter} ms`}`);
  await backend.scale(replicas, { observe: 0 });
  console.log(`${await backend.ready()} replicas are ready`);
}
