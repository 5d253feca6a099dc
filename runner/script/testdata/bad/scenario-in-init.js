// want: Error: exec.scenario is known only inside a scenario's iterations
import { scenario } from 'k6/execution';
scenario.name;
export default function () {}
