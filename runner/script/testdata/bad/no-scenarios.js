// want: options.scenarios: must hold at least one scenario
export const options = { scenarios: {} };
export default function () {}
