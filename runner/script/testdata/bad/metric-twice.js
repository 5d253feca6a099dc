// want: metric "a" is a Counter already; it cannot be a Trend too
import { Counter, Trend } from 'k6/metrics';
new Counter('a'), new Trend('a');
export default function () {}
