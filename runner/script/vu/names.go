package vu

import (
	"fmt"
	"net/url"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// EndpointName is the name under which a person finds requests to a URL.
func EndpointName(method string, u *url.URL) string {
	if u.Path == "" {
		return method + " /"
	}
	return method + " " + u.Path
}

// Endpoint is the endpoint of that name, or the one that all share for which
// there is no place.
func (t *Test) Endpoint(name string) *metric.Endpoint {
	e, capped := t.Metrics.Endpoint(name)
	if capped {
		t.Warn(fmt.Sprintf("more than %d different URLs: the others are counted as %q; give requests a name with the tag name or http.url", metric.MaxEndpoints, e.Name))
	}
	return e
}
