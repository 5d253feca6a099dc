// Package network makes the connections of a script: it finds out where a name
// leads, whether load may go there, and connects, with the moment of each stage
// taken.
package network

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Network connects all virtual users of a test. It is safe for concurrent use.
type Network struct {
	options  option.Network
	allow    []string // hosts other than this machine that load may go to
	resolver *resolver
	proxy    *proxies // nil: none
	tls      *tls.Config
	turn     atomic.Uint64 // of the local addresses
}

// New returns the network of a test. With useProxy the proxies that the
// environment names are used.
func New(o option.Network, allow []string, useProxy bool) *Network {
	n := &Network{options: o, allow: allow, resolver: newResolver(o.DNS), tls: tlsConfig(o.TLS)}
	if useProxy {
		n.proxy = environmentProxies()
	}
	return n
}

// Foreign is a host that load may not be sent to. Load that leaves this machine
// by a slip of the pen is an attack on somebody.
type Foreign struct{ Host string }

func (e *Foreign) Error() string {
	return fmt.Sprintf("host %q is not this machine; allow it with --allow-host %s if it is yours to load", e.Host, e.Host)
}

// Blocked is a host name that the option blockHostnames keeps off.
type Blocked struct{ Host string }

func (e *Blocked) Error() string { return fmt.Sprintf("hostname (%s) is in a blocked pattern", e.Host) }

// Blacklisted is an address that the option blacklistIPs keeps off.
type Blacklisted struct {
	IP     netip.Addr
	Prefix netip.Prefix
}

func (e *Blacklisted) Error() string {
	return fmt.Sprintf("IP (%s) is in a blacklisted range (%s)", e.IP, e.Prefix)
}

// Check tells whether requests may be sent to a host, without connecting. Its
// errors are *Foreign and *Blocked.
func (n *Network) Check(host string, port uint16) error {
	if n.blocked(host) {
		return &Blocked{host}
	}
	if to, mapped := n.mapped(host, port); mapped && spec.HostAllowed(to.Addr().String(), n.allow) {
		return nil
	}
	if !spec.HostAllowed(host, n.allow) {
		return &Foreign{host}
	}
	return nil
}

func (n *Network) blocked(host string) bool {
	host = strings.ToLower(host)
	for _, pattern := range n.options.BlockHostnames {
		suffix, wild := strings.CutPrefix(pattern, "*")
		if host == pattern || (wild && strings.HasSuffix(host, suffix)) {
			return true
		}
	}
	return false
}

// mapped is where the option hosts sends connections to a host. An entry with
// a port counts before one without, and a name before a wildcard.
func (n *Network) mapped(host string, port uint16) (to netip.AddrPort, ok bool) {
	if len(n.options.Hosts) == 0 {
		return to, false
	}
	host = strings.ToLower(host)
	best := 0
	for _, h := range n.options.Hosts {
		rank := 0
		suffix, wild := strings.CutPrefix(h.Name, "*")
		switch {
		case h.Port != 0 && h.Port != port:
		case h.Name == host:
			rank = 1 << 16
		case wild && strings.HasSuffix(host, suffix):
			rank = len(suffix) // the nearer of two wildcards
		}
		if rank > 0 && h.Port != 0 {
			rank++
		}
		if rank > best {
			best, to = rank, h.To
		}
	}
	if to.Port() == 0 {
		to = netip.AddrPortFrom(to.Addr(), port)
	}
	return to, best > 0
}

// Stages are how long the stages of a new connection took.
type Stages struct {
	Lookup, Connect, TLS time.Duration
}

// Dial connects to a host over TCP.
func (n *Network) Dial(ctx context.Context, host string, port uint16, stages *Stages) (net.Conn, error) {
	if err := n.Check(host, port); err != nil {
		return nil, err
	}
	start := time.Now()
	addrs, err := n.lookup(ctx, host, port)
	begin := time.Now()
	stages.Lookup = begin.Sub(start)
	if err != nil {
		return nil, err
	}
	var c net.Conn
	for _, a := range addrs {
		if prefix, listed := n.blacklisted(a.Addr()); listed {
			return nil, &Blacklisted{a.Addr(), prefix}
		}
		d := net.Dialer{Timeout: dialTimeout, LocalAddr: n.local(a.Addr())}
		if c, err = d.DialContext(ctx, "tcp", a.String()); err == nil {
			break
		}
	}
	stages.Connect = time.Since(begin)
	return c, err
}

// dialTimeout bounds one attempt to connect, within the request's own time-out.
const dialTimeout = 30 * time.Second

// lookup returns the addresses to try, the best first.
func (n *Network) lookup(ctx context.Context, host string, port uint16) ([]netip.AddrPort, error) {
	if to, ok := n.mapped(host, port); ok {
		return []netip.AddrPort{to}, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(a, port)}, nil
	}
	a, err := n.resolver.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	list := make([]netip.AddrPort, len(a))
	for i := range a {
		list[i] = netip.AddrPortFrom(a[i], port)
	}
	return list, nil
}

func (n *Network) blacklisted(a netip.Addr) (netip.Prefix, bool) {
	for _, p := range n.options.BlacklistIPs {
		if p.Contains(a.Unmap()) {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// local is the address that the next connection is made from, of the family
// of its peer; nil leaves it to the system.
func (n *Network) local(peer netip.Addr) net.Addr {
	all := n.options.LocalIPs
	first := n.turn.Add(1) - 1
	for i := range uint64(len(all)) {
		if a := all[(first+i)%uint64(len(all))]; a.Is4() == peer.Unmap().Is4() {
			return &net.TCPAddr{IP: a.AsSlice(), Zone: a.Zone()}
		}
	}
	return nil
}

// SplitPort is the host of an authority and its port, or that of its scheme.
func SplitPort(authority, scheme string) (host string, port uint16, err error) {
	host, text := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, text = authority[:i], authority[i+1:]
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if text == "" {
		if scheme == "https" || scheme == "wss" {
			return host, 443, nil
		}
		return host, 80, nil
	}
	p, err := strconv.ParseUint(text, 10, 16)
	if err != nil || p == 0 {
		return host, 0, fmt.Errorf("%q is no port", text)
	}
	return host, uint16(p), nil
}
