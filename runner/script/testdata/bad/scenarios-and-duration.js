// want: options: scenarios and iterations are given together and contradict each other: keep one of them
export const options = { scenarios: { s: { executor: 'shared-iterations' } }, iterations: 3 };
export default function () {}
