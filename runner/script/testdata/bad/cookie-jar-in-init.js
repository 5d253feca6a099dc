// want: Error: http.cookieJar() cannot be used in the init context
import http from 'k6/http';
http.cookieJar();
export default function () {}
