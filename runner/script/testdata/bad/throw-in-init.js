// want: throw-in-init.js:3:20: TypeError: Cannot read property 'b' of undefined
const config = {};
const x = config.a.b;
export default function () {}
