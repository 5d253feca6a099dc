// want: missing-file.js:2:25: cannot find what is imported: Could not resolve "./nowhere.js"
export { default } from './nowhere.js';
