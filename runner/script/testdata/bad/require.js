// want: require.js:2:21: Error: require("k6/http"): CommonJS is not supported yet: use import
const http = require('k6/http');
export default function () {}
