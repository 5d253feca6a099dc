// want: options: no virtual user would ever run: give vus, or a stage with a target above 0
export const options = { vus: 0, stages: [{ duration: '1s', target: 0 }] };
export default function () {}
