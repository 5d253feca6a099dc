// want: endless-init.js: the init code has not ended after 200ms (an endless loop?)
for (;;);
export default function () {}
