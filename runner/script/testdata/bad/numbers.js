// want: options.batch: must be between 1 and 10000, and is 0
// want: options.rps: must be between 0 and 10000000, and is -1
// want: options.maxRedirects: must be a whole number, and is the number 1.5
// want: options.iterations: must be between 1 and
// want: options.setupTimeout: must be between 0 and
export const options = { batch: 0, rps: -1, maxRedirects: 1.5, iterations: 0, setupTimeout: -1 };
export default function () {}
