// want: SyntaxError
const x: number = 1;
export default function () {}
