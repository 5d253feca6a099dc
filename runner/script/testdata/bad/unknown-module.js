// want: unknown-module.js:4:25: module "k6/browser" does not exist here: a browser is not driven: measure the requests of the page with k6/http; the built-in modules are k6,
import http from 'k6/http';

import { browser } from 'k6/browser';
export default function () {}
