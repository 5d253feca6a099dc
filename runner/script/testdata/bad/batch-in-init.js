// want: Error: http.batch() cannot be used in the init context
import http from 'k6/http';
http.batch(['http://127.0.0.1:1/']);
export default function () {}
