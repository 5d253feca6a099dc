// want: Error: exec.test.options cannot be used in the init context
import exec from 'k6/execution';
exec.test.options;
export default function () {}
