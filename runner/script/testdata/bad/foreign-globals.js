// want: ReferenceError: process is not defined
console.log(process.env.X);
export default function () {}
