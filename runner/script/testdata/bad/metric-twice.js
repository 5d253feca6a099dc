// want: metric "a" is a Counter already (of time: false); it cannot be a Trend (of time: false) too
import { Counter, Trend } from 'k6/metrics';
new Counter('a'), new Trend('a');
export default function () {}
