// want: threshold-metrics.js:5:28: options.thresholds.my_trend.0: there is no metric "my_trend": there are checks, data_received
// want: threshold-metrics.js:5:50: options.thresholds.http_reqs.0: threshold "p(95)<5": a Counter has no "p": it has count, rate
export default function () {}
export const options = {
  thresholds: { my_trend: ['avg<1'], http_reqs: ['p(95)<5'] } };
