// want: missing-file.js:2:1: import "./nowhere.js": open testdata/bad/nowhere.js: no such file or directory
export { default } from './nowhere.js';
