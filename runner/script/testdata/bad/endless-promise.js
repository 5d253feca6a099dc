// want: never settles
await new Promise(() => {});
export default function () {}
