// want: options.tlsVersion: "ssl3.0" is no version of TLS that can be had: there are tls1.0, tls1.1, tls1.2, tls1.3
import { SSL_3_0 } from 'k6/http';
export const options = { tlsVersion: SSL_3_0 };
export default function () {}
