// want: no-exec.js:3:92: options.scenarios.s.exec: the script exports no function "go" to run: it exports default, run
export function run() {}
export const options = { scenarios: { s: { executor: 'constant-vus', duration: '1s', exec: 'go' } } };
export default function () {}
