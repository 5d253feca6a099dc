// want: unclosed.js:4:1: SyntaxError: Unexpected end of file
export default function () {
  if (true) {
