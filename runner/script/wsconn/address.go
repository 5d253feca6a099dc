package wsconn

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/weburl"
)

// Address is where a WebSocket leads. It does not change.
type Address struct {
	URL string // as the standard writes it, with the scheme ws or wss

	told   string // as it was given, without credentials
	plain  *url.URL
	user   *url.Userinfo
	host   string
	port   uint16
	secure bool
}

// schemes are those that a WebSocket may have, and what they stand for.
var schemes = map[string]string{"ws:": "ws", "wss:": "wss", "http:": "ws", "https:": "wss"}

// ParseAddress reads the URL of a WebSocket, by the standards of the web.
func ParseAddress(raw string) (*Address, error) {
	u, ok := weburl.Parse(raw, nil)
	if !ok {
		return nil, fmt.Errorf("%q is no absolute URL: write it like \"wss://host/path\"", raw)
	}
	scheme := schemes[u.Protocol()]
	switch {
	case scheme == "":
		return nil, fmt.Errorf("%q: the scheme of a WebSocket is ws or wss, and not %s", raw, strings.TrimSuffix(u.Protocol(), ":"))
	case strings.Contains(raw, "#"):
		return nil, fmt.Errorf("%q: the URL of a WebSocket has no fragment: remove what begins with \"#\"", raw)
	}
	u.Set("protocol", scheme)
	a := &Address{URL: u.Href(), told: raw, secure: scheme == "wss"}
	var err error
	if a.plain, err = url.Parse(a.URL); err != nil {
		return nil, errors.Unwrap(err)
	}
	if a.host, a.port, err = network.SplitPort(a.plain.Host, scheme); err != nil {
		return nil, fmt.Errorf("%q: %w", raw, err)
	}
	if a.user, a.plain.User = a.plain.User, nil; a.user != nil {
		a.told = strings.Replace(a.plain.String(), "://", "://****:****@", 1)
	}
	return a, nil
}

// web is the URL by which cookies and proxies know the address.
func (a *Address) web() *url.URL {
	u := *a.plain
	u.Scheme = "http"
	if a.secure {
		u.Scheme = "https"
	}
	return &u
}
