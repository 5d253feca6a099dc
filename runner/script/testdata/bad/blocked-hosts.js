// want: blocked-hosts.js:8:22: options.blockHostnames.0: "a.*.example" is no host name: a wildcard stands only at its beginning, as in "*.example.com"
// want: blocked-hosts.js:9:20: options.blacklistIPs.0: "10.0.0.1" is no range of addresses: write it like "10.0.0.0/8"
// want: blocked-hosts.js:10:25: options.hosts.a.example: "nowhere" is no IP address, with or without a port: write it like "127.0.0.1" or "127.0.0.1:8443"
// want: blocked-hosts.js:10:51: options.hosts.b.*.example: "b.*.example" is no host name: a wildcard stands only at its beginning
// want: blocked-hosts.js:10:83: options.hosts.c.example:99999: "99999" is no port
// want: blocked-hosts.js:11:16: options.localIPs.0: "somewhere" is no address, range or network
export const options = {
  blockHostnames: [  'a.*.example'],
  blacklistIPs: [  '10.0.0.1'],
  hosts: { 'a.example': 'nowhere', 'b.*.example': '127.0.0.1', 'c.example:99999': '127.0.0.1' },
  localIPs: [  'somewhere'],
};
export default function () {}
