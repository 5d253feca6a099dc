// Does the platform scale out in time, and stay fast while it does? The same
// question as scale-out.yaml asks, in one script: it attacks, fills the queue,
// watches the autoscalers while it does so, and says what it expects of them.
//
//   headroom verify scenarios/scale-out.js
//
// makes the cluster and judges what is expected here as the objectives of a
// plan would be. On a cluster that is up already,
//
//   headroom load scenarios/scale-out.js
//
// drives the load and ends with an error if something is missed.
import artisan from 'k6/x/artisan';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:8000';

export const options = {
  scenarios: {
    scaleOut: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '6m', gracefulStop: '5s' },
  },
  thresholds: {
    // The guide's service level, for each request counted from the moment at
    // which it was due.
    'http_req_due_duration{engine:vegeta}': ['p(95)<1000'],
    'http_req_failed{engine:vegeta}': ['rate<0.001'],
  },
};

export default async function () {
  const backend = artisan.hpa('artisan-platform-backend-hpa');
  const workers = artisan.hpa('queue-worker-hpa');

  artisan.mark('calm');
  const warmUp = await artisan.attack({ name: 'warm-up', rate: 100, duration: '20s', targets: [`${BASE_URL}/health`] });
  if (warmUp.success < 1) throw new Error(`the platform is not well before the load: ${JSON.stringify(warmUp.errors)}`);

  // 2200 a second: the backend's autoscaler wants 100 requests a second and
  // pod and tolerates a tenth more, so that it asks for a 20th pod while 19
  // see more than 110 each.
  artisan.mark('step to 2200 requests a second');
  const attack = artisan.attack({ name: 'step', rate: 2200, duration: '3m50s', targets: [`${BASE_URL}/health`] });

  // The workers' autoscaler wants 10 waiting jobs per worker and adds at most 3
  // in 30 s. A burst of 400 is worked off before it gets to 15, so that the queue
  // is held at 200 for as long as that takes.
  const queue = artisan.queue('default');
  await queue.push(400);
  const held = queue.hold(200, { for: '3m' });

  // All are waited for at once: the first that is missed does not hide what
  // becomes of the others.
  const expected = await Promise.allSettled([
    // The stabilization window of 60 s must have passed, give or take the 15 s
    // after which the autoscaler looks again.
    backend.expectScale({ name: 'backend leaves its minimum after its window', atLeast: 7, notBefore: '45s', within: '75s' }),
    backend.expectScale({ name: 'backend is scaled out', to: 20, within: '180s' }),
    workers.expectScale({ name: 'workers are scaled out', to: 15, within: '220s' }),
    attack,
    held,
  ]);
  artisan.mark('end of the attack');
  console.log(`backend: ${(await backend.timeline()).map((s) => `${s.desired} after ${(s.after / 1000).toFixed(0)} s`).join(', ')}`);

  const missed = expected.filter((e) => e.status === 'rejected');
  if (missed.length > 0) throw missed[0].reason;
  const { latencies, rate } = expected[3].value;
  console.log(`attack: ${rate.reached.toFixed(0)} of ${rate.asked.toFixed(0)} requests a second, p95 ${latencies.p95.toFixed(1)} ms`);
}
