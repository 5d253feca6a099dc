package script

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/cluster/pki"
)

// guideScript is what the guide's load test does, at the address that it asks.
const guideScript = `
import http from 'k6/http';
import { check } from 'k6';
export const options = { iterations: 1 };
export default function () {
  const response = http.get('https://api.artisan-platform.com/health');
  check(response, { 'status is 200': (r) => r.status === 200 });
}`

// A plan sends an unmodified script to a server of its own, and has its
// certificate verified.
func TestHostsAndRootsOfAPlan(t *testing.T) {
	authority, err := pki.NewAuthority("test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue("api.artisan-platform.com")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := tls.X509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	url := startTLS(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Host == "api.artisan-platform.com" && r.URL.Path == "/health" {
			seen++
		}
	}), &tls.Config{Certificates: []tls.Certificate{cert}}, true)
	roots, err := pki.Pool(authority.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	hosts := map[string]string{"api.artisan-platform.com": strings.TrimPrefix(url, "https://")}
	program, err := Compile(t.Context(), Source{Path: "load-test.js", Text: guideScript})
	if err != nil {
		t.Fatal(err)
	}
	for title, test := range map[string]struct {
		cfg  Config
		good bool
	}{
		"mapped and trusted": {Config{Hosts: hosts, Roots: roots}, true},
		"mapped only":        {Config{Hosts: hosts}, false},
	} {
		before := seen
		result, err := Run(t.Context(), program, test.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if passed := result.Checks[0].Passes == 1 && seen == before+1; passed != test.good {
			t.Errorf("%s: passed %v, want %v", title, passed, test.good)
		}
	}
	// Nothing leaves this machine for a name that is not mapped.
	if _, err := Run(t.Context(), program, Config{Roots: roots}); err == nil || !strings.Contains(err.Error(), "is not this machine") {
		t.Errorf("a name that is not mapped: %v", err)
	}
	if _, err := Run(t.Context(), program, Config{Hosts: map[string]string{"a": "b"}}); err == nil || !strings.Contains(err.Error(), "is no IP address") {
		t.Errorf("an address that is none: %v", err)
	}
}
