// want: options.tlsVersion: min is above max
// want: options.tlsCipherSuites.0: "TLS_NONE" is no cipher suite that can be had
// want: options.tlsAuth.0: needs cert and key, as PEM: read them with open()
// want: options.tlsAuth.1: read cert and key:
export const options = {
  tlsVersion: { min: 'tls1.3', max: 'tls1.2' },
  tlsCipherSuites: ['TLS_NONE'],
  tlsAuth: [{ cert: 'x' }, { cert: 'x', key: 'y' }],
};
export default function () {}
