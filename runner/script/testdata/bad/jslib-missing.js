// want: jslib-missing.js:5:23: module "https://jslib.k6.io/httpx/0.1.0/index.js": this library, or this version of it, is not built in
// want: https://jslib.k6.io/k6-utils/1.4.0/index.js
// want: https://jslib.k6.io/k6-summary/0.1.0/index.js
// want: download others and import them by path
import { Httpx } from 'https://jslib.k6.io/httpx/0.1.0/index.js';
export default function () {}
