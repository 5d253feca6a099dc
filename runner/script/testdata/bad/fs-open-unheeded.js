// A rejection that nobody heeds is an error of the init code.
// want: fs-open-unheeded.js
// want: fs.open("users.csv")
// want: users.csv: no such file or directory
import { open } from 'k6/experimental/fs';
open('users.csv');
export default function () {}
