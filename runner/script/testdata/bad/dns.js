// want: options.dns.policy: "IPv4" is none of preferIPv4, preferIPv6, onlyIPv4, onlyIPv6, any
// want: options.dns.select: "last" is none of first, random, roundRobin
// want: options.dns.ttl: "soon" is no duration: write it like "1m30s"
export const options = { dns: { ttl: 'soon', select: 'last', policy: 'IPv4' } };
export default function () {}
