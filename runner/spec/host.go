package spec

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// HostAllowed reports whether load may be sent to host, a name or an address
// without a port: it is this machine, or one of those that allow names.
func HostAllowed(host string, allow []string) bool {
	return local(host) || slices.ContainsFunc(allow, func(h string) bool { return strings.EqualFold(h, host) })
}

// local reports whether host names this machine.
func local(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// target checks a host that load is sent to. Load that leaves this machine by
// a slip of the pen is an attack on somebody, so that each host has to be
// allowed by name.
func (o Options) target(host string) error {
	if HostAllowed(host, o.AllowHosts) {
		return nil
	}
	return fmt.Errorf("%q is not this machine: load goes to 127.0.0.1, localhost or [::1]; allow another host with --allow-host %s", host, host)
}

// parseURL checks that s is an absolute http or https URL.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fmt.Errorf("%q is no URL: want http://host:port/path, or https", shorten(s))
	case u.User != nil:
		return nil, errors.New("the URL carries credentials, and a plan is copied into the log of each run: remove them")
	}
	if port := u.Port(); port != "" {
		if err := checkPort(port); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func isURL(s string) error {
	_, err := parseURL(s)
	return err
}

// isAddress checks a host:port that load is sent to.
func (o Options) isAddress(s string) error {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return fmt.Errorf("%q is no address: want host:port, such as 127.0.0.1:6379", shorten(s))
	}
	if err := checkPort(s[i+1:]); err != nil {
		return err
	}
	return o.target(strings.Trim(s[:i], "[]"))
}

func checkPort(s string) error {
	if n, err := strconv.ParseUint(s, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%q is no port: want 1 to 65535", shorten(s))
	}
	return nil
}
