// want: options-not-an-object.js:2:24: options: must be an object, and is the number 7
export const options = 7;
export default function () {}
