// want: unknown-module.js:4:1: module "k6/browser" does not exist here: the built-in modules are k6, k6/crypto, k6/data, k6/encoding, k6/execution, k6/http, k6/metrics, k6/timers
import http from 'k6/http';

import { browser } from 'k6/browser';
export default function () {}
