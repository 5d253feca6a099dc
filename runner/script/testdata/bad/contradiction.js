// want: contradiction.js:2:24: options: stages and duration are given together and contradict each other: keep one of them
export const options = { stages: [{ duration: '1s', target: 1 }], duration: '1s' };
export default function () {}
