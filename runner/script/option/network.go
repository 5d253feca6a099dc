package option

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Network are the options of name resolution, connections and TLS.
type Network struct {
	Hosts          []Host
	BlockHostnames []string // names, lower case; a leading * stands for anything
	BlacklistIPs   []netip.Prefix
	LocalIPs       []netip.Addr // that connections are made from, by turns
	DNS            DNS
	TLS            TLS
}

// Host is one entry of hosts: where connections to a name go in its place.
type Host struct {
	Name string         // lower case; a leading "*." stands for any subdomain
	Port uint16         // 0: whichever
	To   netip.AddrPort // port 0: the one that was asked for
}

// DNS are the options of the same name.
type DNS struct {
	TTL    time.Duration // 0: nothing is kept; Forever: for the whole test
	Select string        // first, random or roundRobin
	Policy string        // preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any
}

// Forever is a TTL without end.
const Forever = time.Duration(1<<63 - 1)

// TLS are the options of TLS.
type TLS struct {
	InsecureSkipVerify bool
	Roots              *x509.CertPool // no option of a script: nil is the system's
	Min, Max           uint16         // versions; 0: the default
	CipherSuites       []uint16
	Auth               []ClientCert
}

// ClientCert is one entry of tlsAuth.
type ClientCert struct {
	Domains     []string // empty: all
	Certificate tls.Certificate
}

func (o *Network) known(set map[string]func(node)) {
	set["hosts"] = func(n node) { o.Hosts = hosts(n) }
	set["blockHostnames"] = func(n node) { o.BlockHostnames = blockHostnames(n) }
	set["blacklistIPs"] = func(n node) { o.BlacklistIPs = prefixes(n) }
	set["localIPs"] = func(n node) { o.LocalIPs = localIPs(n) }
	set["dns"] = func(n node) { o.DNS.read(n) }
	set["insecureSkipTLSVerify"] = func(n node) { o.TLS.InsecureSkipVerify = n.boolean() }
	set["tlsVersion"] = func(n node) { o.TLS.Min, o.TLS.Max = tlsVersions(n) }
	set["tlsCipherSuites"] = func(n node) { o.TLS.CipherSuites = cipherSuites(n) }
	set["tlsAuth"] = func(n node) { o.TLS.Auth = tlsAuth(n) }
	set["tlsAIAFetch"] = func(n node) {
		if n.boolean() {
			n.warn("certificates are not fetched for a server that sends an incomplete chain: mend the server, or trust it with insecureSkipTLSVerify")
		}
	}
}

func hosts(n node) []Host {
	var list []Host
	n.each(func(key string, n node) {
		h := Host{Name: strings.ToLower(key)}
		if name, port, ok := strings.Cut(h.Name, ":"); ok && !strings.Contains(port, ":") {
			p, err := strconv.ParseUint(port, 10, 16)
			if err != nil || p == 0 {
				n.wrong("%q is no port", port)
			}
			h.Name, h.Port = name, uint16(p)
		}
		if strings.Contains(strings.TrimPrefix(h.Name, "*."), "*") || h.Name == "" {
			n.wrong("%q is no host name: a wildcard stands only at its beginning, as in \"*.example.com\"", key)
		}
		var err error
		if h.To, err = addrPort(n.str()); err != nil {
			n.wrong("%v", err)
		}
		list = append(list, h)
	})
	return list
}

// Map returns the options with hosts mapped to addresses, before whatever the
// script maps itself. Names are taken as they are; an address that is none is
// an error.
func (o Network) Map(to map[string]string) (Network, error) {
	var list []Host
	for _, name := range slices.Sorted(maps.Keys(to)) {
		at, err := addrPort(to[name])
		if err != nil {
			return o, fmt.Errorf("host %s: %w", name, err)
		}
		list = append(list, Host{Name: strings.ToLower(name), To: at})
	}
	for _, h := range o.Hosts {
		if _, taken := to[h.Name]; !taken {
			list = append(list, h)
		}
	}
	o.Hosts = list
	return o, nil
}

// addrPort reads an IP address with or without a port.
func addrPort(s string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return netip.AddrPortFrom(a, 0), nil
	}
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return ap, fmt.Errorf("%.60q is no IP address, with or without a port: write it like \"127.0.0.1\" or \"127.0.0.1:8443\"", s)
	}
	return ap, nil
}

func blockHostnames(n node) []string {
	var list []string
	for _, item := range n.list() {
		name := strings.ToLower(strings.TrimSpace(item.str()))
		if strings.Contains(strings.TrimPrefix(name, "*"), "*") || name == "" {
			item.wrong("%q is no host name: a wildcard stands only at its beginning, as in \"*.example.com\"", name)
		}
		list = append(list, name)
	}
	return list
}

func prefixes(n node) []netip.Prefix {
	var list []netip.Prefix
	for _, item := range n.list() {
		p, err := netip.ParsePrefix(strings.TrimSpace(item.str()))
		if err != nil {
			item.wrong("%q is no range of addresses: write it like \"10.0.0.0/8\"", item.str())
		}
		list = append(list, p.Masked())
	}
	return list
}

func (d *DNS) read(n node) {
	n.fields(map[string]func(node){
		"ttl": func(n node) {
			switch n.v {
			case "inf":
				d.TTL = Forever
			default:
				d.TTL = n.duration()
			}
		},
		"select": func(n node) { d.Select = n.oneOf("first", "random", "roundRobin") },
		"policy": func(n node) { d.Policy = n.oneOf("preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any") },
	})
}

// maxLocalIPs bounds the addresses that ranges stand for.
const maxLocalIPs = 1 << 16

// localIPs reads addresses, ranges of them and networks.
func localIPs(n node) []netip.Addr {
	var list []netip.Addr
	for _, item := range n.list() {
		text := strings.TrimSpace(item.str())
		first, last, err := addressRange(text)
		if err != nil {
			item.wrong("%v", err)
			continue
		}
		for a := first; ; a = a.Next() {
			if len(list) >= maxLocalIPs {
				item.wrong("more than %d local addresses", maxLocalIPs)
				return list
			}
			list = append(list, a)
			if a == last {
				break
			}
		}
	}
	return list
}

func addressRange(text string) (first, last netip.Addr, err error) {
	bad := fmt.Errorf("%.60q is no address, range or network: write it like 192.168.1.10, 192.168.1.10-192.168.1.20 or 192.168.1.0/28", text)
	if p, perr := netip.ParsePrefix(text); perr == nil {
		first, last = p.Masked().Addr(), p.Masked().Addr()
		for n := 1; n <= maxLocalIPs && p.Contains(last.Next()); n++ {
			last = last.Next()
		}
		return first, last, nil
	}
	from, to, ranged := strings.Cut(text, "-")
	if first, err = netip.ParseAddr(from); err != nil {
		return first, last, bad
	}
	if !ranged {
		return first, first, nil
	}
	if last, err = netip.ParseAddr(to); err != nil || last.Less(first) || last.BitLen() != first.BitLen() {
		return first, last, bad
	}
	return first, last, nil
}
