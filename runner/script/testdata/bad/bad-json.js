// want: testdata/bad/broken.json
import data from './broken.json';
export default function () {}
