// want: Error: new Counter(): "my counter" is no name for a metric
import { Counter } from 'k6/metrics';
new Counter('my counter');
export default function () {}
