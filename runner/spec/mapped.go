package spec

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// hosts decodes where connections to names go. Such a name may be loaded
// whatever it is, since its address is what is reached; that has to be this
// machine's, or allowed.
func (d *decoder) hosts(to *map[string]string) func(node) {
	return func(n node) {
		d.table(to, isHostName)(n)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			address, given := (*to)[key]
			if !given {
				continue
			}
			if err := d.opts.isMapped(address); err != nil {
				d.add(node{value, join(n.path, key)}, "%v", err)
			}
		}
	}
}

// isHostName checks a name that is mapped.
func isHostName(s string) error {
	if s == "" || s != strings.ToLower(s) || strings.ContainsAny(s, ":/* ") {
		return fmt.Errorf("%q is no host name: want one in small letters, without scheme, port and wildcard, such as api.example.com", shorten(s))
	}
	return nil
}

// isMapped checks the address that takes the place of a name.
func (o Options) isMapped(s string) error {
	ip, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		with, portErr := netip.ParseAddrPort(s)
		if portErr != nil || with.Port() == 0 {
			return fmt.Errorf("%q is no IP address: want one, with or without a port, such as 127.0.0.1 or 127.0.0.1:8443", shorten(s))
		}
		ip = with.Addr()
	}
	return o.target(ip.String())
}

// url decodes the address of an attack.
func (d *decoder) url(v *Vegeta) func(node) {
	return func(n node) {
		d.text(&v.URL, isURL)(n)
		u, err := url.Parse(v.URL)
		if err != nil || u.Hostname() == "" {
			return // has been reported
		}
		d.mayReach(n, u.Hostname(), &v.Hosts)
	}
}

// mayReach checks, once the whole plan is read, that load may go to a host:
// which names are mapped may stand below.
func (d *decoder) mayReach(n node, host string, mapped *map[string]string) {
	d.late = append(d.late, func() {
		if _, ok := (*mapped)[strings.ToLower(host)]; ok {
			return
		}
		if err := d.opts.target(host); err != nil {
			d.add(n, "%v", err)
		}
	})
}
