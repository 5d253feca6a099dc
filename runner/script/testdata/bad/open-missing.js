// want: open-missing.js:2:15: Error: open("users.csv"): testdata/bad/users.csv: no such file or directory
const users = open('users.csv');
export default function () {}
