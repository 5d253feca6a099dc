// want: endless-recursion.js:2:22: RangeError: the calls are nested too deeply (endless recursion?)
const f = (x) => 1 + f(x);
f(1);
export default function () {}
