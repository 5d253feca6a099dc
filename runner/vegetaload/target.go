package vegetaload

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/spec"
)

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
	if !spec.HostAllowed(u.Hostname(), cfg.AllowHosts) {
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
