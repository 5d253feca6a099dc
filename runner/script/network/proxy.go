package network

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"
)

// proxies are those that the environment names (HTTP_PROXY, HTTPS_PROXY,
// NO_PROXY). Requests to this machine never go through one.
type proxies struct {
	of func(*url.URL) (*url.URL, error)
}

func environmentProxies() *proxies {
	cfg := httpproxy.FromEnvironment()
	if cfg.HTTPProxy == "" && cfg.HTTPSProxy == "" {
		return nil
	}
	return &proxies{cfg.ProxyFunc()}
}

// Proxy is the proxy for requests to a URL; nil if there is none.
func (n *Network) Proxy(target *url.URL) (*url.URL, error) {
	if n.proxy == nil {
		return nil, nil
	}
	return n.proxy.of(target)
}

// DialProxy connects to host through a proxy. tunnel asks an HTTP proxy for a
// connection of bytes, as TLS needs; without it the caller sends the proxy
// requests with absolute URLs.
func (n *Network) DialProxy(ctx context.Context, via *url.URL, host string, port uint16, tunnel bool, stages *Stages) (net.Conn, error) {
	if err := n.Check(host, port); err != nil {
		return nil, err
	}
	proxyHost, proxyPort, err := SplitPort(via.Host, via.Scheme)
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", via.Redacted(), err)
	}
	c, err := n.Dial(ctx, proxyHost, proxyPort, stages)
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", via.Redacted(), err)
	}
	start := time.Now()
	target := net.JoinHostPort(host, fmt.Sprint(port))
	switch via.Scheme {
	case "socks5", "socks5h":
		c, err = socks(ctx, c, via, target)
	case "https":
		var t net.Conn
		if t, err = n.Secure(ctx, c, proxyHost, nil, stages); err == nil {
			c = t
		}
	}
	if err == nil && tunnel && (via.Scheme == "http" || via.Scheme == "https") {
		err = connect(ctx, c, via, target)
	}
	stages.Connect += time.Since(start)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("proxy %s: %w", via.Redacted(), err), c.Close())
	}
	return c, nil
}

// ProxyAuthorization is the header field of that name, with its dash, for a
// proxy's URL; "" if the URL holds no credentials.
func ProxyAuthorization(via *url.URL) string {
	if via.User == nil {
		return ""
	}
	password, _ := via.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(via.User.Username()+":"+password))
}

// connect asks an HTTP proxy for a tunnel (RFC 9110, 9.3.6).
func connect(ctx context.Context, c net.Conn, via *url.URL, target string) error {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{}}
	if a := ProxyAuthorization(via); a != "" {
		req.Header.Set("Proxy-Authorization", a)
	}
	if err := req.Write(c); err != nil {
		return fmt.Errorf("ask for a tunnel to %s: %w", target, err)
	}
	// Nothing follows the answer that a reader could take too much of: it is the
	// client who speaks next.
	res, err := http.ReadResponse(bufio.NewReader(c), req) //nolint:bodyclose // it has none, or the connection is closed
	if err != nil {
		return fmt.Errorf("ask for a tunnel to %s: %w", target, err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask for a tunnel to %s: %s", target, res.Status)
	}
	return nil
}

// dialed hands out one connection that is open already.
type dialed struct{ net.Conn }

// Dial implements proxy.Dialer.
func (d dialed) Dial(string, string) (net.Conn, error) { return d.Conn, nil }

// socks performs the handshake of SOCKS5 over an open connection.
func socks(ctx context.Context, c net.Conn, via *url.URL, target string) (net.Conn, error) {
	var auth *proxy.Auth
	if via.User != nil {
		password, _ := via.User.Password()
		auth = &proxy.Auth{User: via.User.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", via.Host, auth, dialed{c})
	if err != nil {
		return c, err
	}
	contextual, ok := d.(proxy.ContextDialer)
	if !ok {
		return c, errors.New("the SOCKS dialer knows no context")
	}
	over, err := contextual.DialContext(ctx, "tcp", target)
	if err != nil {
		return c, err
	}
	return over, nil
}
