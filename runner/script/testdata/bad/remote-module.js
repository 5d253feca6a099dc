// want: remote-module.js:2:21: module "https://example.com/lib.js": remote modules are not fetched: download it and import it by path
import { lib } from 'https://example.com/lib.js';
export default function () {}
