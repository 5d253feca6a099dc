// Marks moments that the report shows on its axis.
//
//   headroom load --out artisan=out/marked docs/examples/artisan/mark.js
//   headroom report out/marked
import { mark } from 'k6/x/artisan';
import { sleep } from 'k6';

export const options = { vus: 1, iterations: 1, thresholds: { iterations: ['count==1'] } };

export default function () {
  mark('before the change');
  sleep(0.2);
  mark('after the change');
}
