// want: too-few-vus.js:3:6: options.scenarios.c: maxVUs 2 is less than preAllocatedVUs 5
export const options = { scenarios: {
  c: { executor: 'constant-arrival-rate', duration: '1s', rate: 1, preAllocatedVUs: 5, maxVUs: 2 },
} };
export default function () {}
