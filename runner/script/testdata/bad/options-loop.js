// want: options-loop.js: read the exported options:
export const options = { vus: 1 };
options.self = options;
export default function () {}
