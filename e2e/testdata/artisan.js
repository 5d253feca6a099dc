// What a script sees of the autoscaler of a platform at rest.
import { cluster, deployment, hpa } from 'k6/x/artisan';

export const options = { iterations: 1 };

const name = 'artisan-platform-backend-hpa';
const say = (what, value) => console.log(`${what}: ${JSON.stringify(value)}`);

// broken tells how a promise was broken.
async function broken(what, promise) {
  try {
    say(what, { kept: await promise });
  } catch (e) {
    say(what, `${e.name}: ${e.message}`);
  }
}

export default async function () {
  const backend = hpa(name);
  const { min, max, desired, metrics, target } = await backend.status();
  say('status', { min, max, desired, target, metrics: metrics.map((m) => m.name) });
  say('timeline', (await backend.timeline()).map((s) => s.desired));
  const reached = await backend.expectScale({ atLeast: 3, within: '5s', ready: true });
  say('reached', { replicas: reached.replicas, at: reached.at instanceof Date });
  await broken('too many', backend.expectScale({ to: 19, within: '2s' }));
  await broken('too early', backend.expectScale({ atLeast: 3, within: '20s', notBefore: '10s' }));
  say('stable', (await backend.expectStable({ for: '5s' })).replicas);
  await broken('absent HPA', hpa('nobody').status());
  await broken('absent HPA expected', hpa('nobody').expectScale({ to: 1, within: '1s' }));
  await broken('absent Deployment', deployment('nobody').ready());

  const workload = deployment('artisan-platform-backend');
  say('ready', await workload.ready());
  const { replicas, ready, available } = await workload.status();
  say('deployment', { replicas, ready, available });
  const { total, ready: up } = await cluster().nodes();
  say('nodes', { all: total === up && total > 0 });
  say('pods', (await cluster().pods({ of: 'artisan-platform-backend' })).ready);

  // The guide's manual procedure, below the autoscaler's minimum.
  const scaled = await workload.scale(2, { observe: '60s' });
  say('scaled', { from: scaled.from, to: scaled.to, hpa: scaled.hpa, kept: scaled.kept, replicas: scaled.replicas });
}
