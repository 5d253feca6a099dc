// want: options.tags.a: must be a string, and is an object
// want: options.scenarios.s.env.B: must be a string, and is an array
export const options = { tags: { a: {} }, scenarios: { s: { executor: 'shared-iterations', env: { B: [] } } } };
export default function () {}
