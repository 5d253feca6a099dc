// Counts the nodes and the pods of the cluster.
//
//   headroom load docs/examples/artisan/cluster.js
import { cluster } from 'k6/x/artisan';

const here = cluster();

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const nodes = await here.nodes();
  console.log(`${nodes.ready} of ${nodes.total} nodes are ready`);

  const pods = await here.pods({ of: 'artisan-platform-backend' });
  console.log(`${pods.ready} of ${pods.total} pods are ready, ${pods.pending} pending`);
}
