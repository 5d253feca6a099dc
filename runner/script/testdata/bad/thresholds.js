// want: thresholds.js:7:23: options.thresholds.http_req_duration.0: threshold "p(101)<5": percentile 101 is not between 0 and 100
// want: thresholds.js:8:13: options.thresholds.checks: threshold "rate=>1" has no operator
// want: thresholds.js:9:17: options.thresholds.http_reqs.0: lacks its threshold
// want: thresholds.js:10:18: options.thresholds.iterations.0: threshold "count<lots": limit "lots" is no number
// want: thresholds.js:11:15: options.thresholds.vus{a: threshold "vus{a" lacks its closing brace
export const options = { thresholds: {
  http_req_duration: ['p(101)<5'],
  'checks': 'rate=>1',
  'http_reqs': [{ abortOnFail: true }],
  'iterations': ['count<lots'],
  'vus{a':    ['value>0'],
} };
export default function () {}
