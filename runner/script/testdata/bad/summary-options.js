// want: options.summaryTrendStats.1: 
// want: options.summaryTimeUnit: "min" is none of s, ms, us
export const options = { summaryTrendStats: ['avg', 'p(101)'], summaryTimeUnit: 'min' };
export default function () {}
