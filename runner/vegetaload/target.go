package vegetaload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/spec"
)

// reachable reports whether load may go to host: to the address that it is
// mapped to, or by its name.
func reachable(host string, cfg Config) bool {
	if to, ok := cfg.Attack.Hosts[strings.ToLower(host)]; ok {
		host = addressOnly(to)
	}
	return spec.HostAllowed(host, cfg.AllowHosts)
}

// addressOnly is an IP address without its port.
func addressOnly(s string) string {
	if with, err := netip.ParseAddrPort(s); err == nil {
		return with.Addr().String()
	}
	return strings.Trim(s, "[]")
}

// dialMapped connects to the address that a name is mapped to, at the port
// that is asked for unless the address has its own.
func dialMapped(hosts map[string]string) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", address, err)
		}
		if to, ok := hosts[strings.ToLower(host)]; ok {
			address = net.JoinHostPort(addressOnly(to), port)
			if with, err := netip.ParseAddrPort(to); err == nil {
				address = with.String()
			}
		}
		return d.DialContext(ctx, network, address)
	}
}

// target returns what every request is made from, and the endpoint's name.
// It refuses whatever could not be sent, so that a mistake is one error and
// not a load of failed requests.
func target(cfg Config) (vegeta.Targeter, string, error) {
	a := cfg.Attack
	u, err := url.Parse(a.URL)
	if err != nil {
		return nil, "", fmt.Errorf("parse url: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, "", fmt.Errorf("url %q: the scheme must be http or https", a.URL)
	}
	if !reachable(u.Hostname(), cfg) {
		return nil, "", fmt.Errorf("url %q: host %q is not this machine; allow it with --allow-host %s if it is yours to load", a.URL, u.Hostname(), u.Hostname())
	}
	t := vegeta.Target{Method: a.Method, URL: a.URL, Body: []byte(a.Body), Header: http.Header{}}
	for k, v := range a.Header {
		t.Header.Set(k, v)
	}
	if _, err := t.Request(); err != nil {
		return nil, "", fmt.Errorf("build request: %w", err)
	}
	if err := CheckHeader(t.Header); err != nil {
		return nil, "", fmt.Errorf("build request: %w", err)
	}
	if cfg.Meter == nil {
		return nil, "", errors.New("no meter to record requests in")
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return vegeta.NewStaticTargeter(t), a.Method + " " + path, nil
}
