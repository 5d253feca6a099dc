// want: open-missing.js:2:19: Error: open("users.csv"): open testdata/bad/users.csv: no such file or directory
const users = open('users.csv');
export default function () {}
