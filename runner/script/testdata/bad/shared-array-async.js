// want: new SharedArray("a"): the function must return an array
import { SharedArray } from 'k6/data';
new SharedArray('a', async () => []);
export default function () {}
