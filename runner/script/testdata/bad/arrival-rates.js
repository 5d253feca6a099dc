// want: options.scenarios.a.rate: must be a whole number, and is the number 0.5
// want: options.scenarios.b.timeUnit: must be more than 0
// want: options.scenarios.c: ramping-arrival-rate needs stages
// want: options.scenarios.d.stages: must hold at least one stage
// want: options.scenarios.e: constant-vus needs duration
export const options = { scenarios: {
  a: { executor: 'constant-arrival-rate', duration: '1s', rate: 0.5, preAllocatedVUs: 1 },
  b: { executor: 'constant-arrival-rate', duration: '1s', rate: 1, timeUnit: 0, preAllocatedVUs: 1 },
  c: { executor: 'ramping-arrival-rate', preAllocatedVUs: 1 },
  d: { executor: 'ramping-vus', stages: [] },
  e: { executor: 'constant-vus' },
} };
export default function () {}
