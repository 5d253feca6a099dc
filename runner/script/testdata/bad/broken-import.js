// want: testdata/bad/syntax.js:4:22: SyntaxError: Unexpected ";"
import run from './syntax.js';
export default function () {}
