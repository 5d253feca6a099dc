// want: sleep-in-init.js:3:1: Error: sleep() cannot be used in the init context
import { sleep } from 'k6';
sleep(1);
export default function () {}
