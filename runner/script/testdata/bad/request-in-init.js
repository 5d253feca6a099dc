// want: request-in-init.js:4:6: Error: http.GET() cannot be used in the init context: move it into setup, teardown or a function that a scenario runs
import http from 'k6/http';

http.get('http://127.0.0.1:1/');
export default function () {}
