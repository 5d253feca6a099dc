// want: Error: group() cannot be used in the init context
import { group } from 'k6';
group('g', () => {});
export default function () {}
