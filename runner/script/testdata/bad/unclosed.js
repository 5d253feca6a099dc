// want: unclosed.js:4:1: SyntaxError: Unexpected end of input
export default function () {
  if (true) {
