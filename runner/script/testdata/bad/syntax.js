// want: syntax.js:4:22: SyntaxError: Unexpected ";"
export const options = {};
export default function () {
  const r = http.get(;
}
