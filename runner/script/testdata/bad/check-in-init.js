// want: check-in-init.js:3:1: Error: check() cannot be used in the init context
import { check } from 'k6';
check(1, {});
export default function () {}
