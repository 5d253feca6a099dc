// want: options.thresholds.checks.0: must be an expression such as "p(95)<500", and is the number 5
// want: options.thresholds.vus: must be an expression such as "p(95)<500", and is true
export const options = { thresholds: { checks: [5], vus: true } };
export default function () {}
