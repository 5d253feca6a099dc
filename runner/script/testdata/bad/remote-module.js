// want: remote-module.js:2:24: module "https://jslib.k6.io/k6-utils/1.4.0/index.js": remote modules are not fetched: download it and import it by path
import { uuidv4 } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';
export default function () {}
