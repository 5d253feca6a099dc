package redisconn_test

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/redisconn"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
)

func pool(t *testing.T, ca []byte) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(ca) {
		t.Fatalf("no certificate: %s", ca)
	}
	return p
}

// TestTLS speaks to a server whose authority it knows, and to no other. Whatever
// is wrong is an error soon, which says what to do.
func TestTLS(t *testing.T) {
	secure, plain, ca := redistest.StartTLS(t)
	known := pool(t, ca)
	set(t, open(t, redisconn.Config{Addresses: []string{secure}, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: known}}), "a")
	set(t, open(t, redisconn.Config{Addresses: []string{secure}, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: known, ServerName: "redis.test"}}), "a")
	set(t, open(t, redisconn.Config{Addresses: []string{secure}, TLS: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}}), "a")
	set(t, open(t, redisconn.Config{Addresses: []string{plain}}), "a")
	for _, tt := range []struct {
		name, address string
		tls           *tls.Config
		want          string
	}{
		{"unknown to this machine", secure, &tls.Config{MinVersion: tls.VersionTLS12}, "signed by unknown authority: give the certificate of the authority"},
		{"another authority", secure, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool(t, redistest.Authority(t))}, "give the certificate of the authority"},
		{"another name", secure, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: known, ServerName: "other.test"},
			"valid for redis.test, not other.test: give a name that its certificate is for"},
		{"TLS where there is none", plain, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: known}, "does it speak TLS at that port?"},
		{"no TLS where there is", secure, nil, "EOF: it closed the connection: does it speak TLS at that port"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			_, err := redisconn.Open(t.Context(), redisconn.Config{Addresses: []string{tt.address}, TLS: tt.tls, Timeout: time.Second})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.address) {
				t.Errorf("err = %v, want one about %s that says %q", err, tt.address, tt.want)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("it took %v, with a time-out of 1 s", took)
			}
		})
	}
}

// TestAddressIsNoURL says so, and does not take the scheme for a host.
func TestAddressIsNoURL(t *testing.T) {
	for _, address := range []string{"redis://127.0.0.1", "rediss://127.0.0.1:6379"} {
		if err := redisconn.CheckAddress(address, here); err == nil || !strings.Contains(err.Error(), "want host:port, such as 127.0.0.1") || !strings.Contains(err.Error(), "no URL") {
			t.Errorf("%s: err = %v", address, err)
		}
	}
}
