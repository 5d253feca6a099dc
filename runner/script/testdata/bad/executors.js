// want: options.scenarios.a.executor: a scenario needs an executor: there are constant-arrival-rate, constant-vus, per-vu-iterations
// want: executors.js:7:18: options.scenarios.b.executor: externally-controlled was removed from k6 and is not supported
// want: executors.js:8:6: options.scenarios.c: constant-arrival-rate needs rate
// want: executors.js:8:6: options.scenarios.c: constant-arrival-rate needs preAllocatedVUs
export const options = { scenarios: {
  a: {},
  b: { executor: 'externally-controlled' },
  c: { executor: 'constant-arrival-rate', duration: '1s' },
} };
export default function () {}
