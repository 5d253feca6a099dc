// want: npm-module.js:2:15: cannot find what is imported: Could not resolve "lodash"; a file is imported by its path, as in "./helper.js", and a package is installed with npm install
import _ from 'lodash';
export default function () {}
