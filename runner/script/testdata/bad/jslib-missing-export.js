// want: jslib-missing-export.js:3:
// want: parseDuration
import { parseDuration } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';
export default function () {}
