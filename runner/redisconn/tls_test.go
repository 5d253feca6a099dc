package redisconn_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/redisconn"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
)

// TestTLS speaks to a server whose certificate it knows, and to no other.
func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(nil) // for its certificate, which is valid for 127.0.0.1
	s.Close()
	pair := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, "key": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	redistest.Start(t, "--tls-port", port, "--tls-cert-file", filepath.Join(dir, "cert"), "--tls-key-file", filepath.Join(dir, "key"),
		"--tls-ca-cert-file", filepath.Join(dir, "cert"), "--tls-auth-clients", "no")

	known := x509.NewCertPool()
	known.AddCert(s.Certificate())
	set(t, open(t, redisconn.Config{Addresses: []string{address}, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: known}}), "a")
	set(t, open(t, redisconn.Config{Addresses: []string{address}, TLS: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}}), "a")
	_, err = redisconn.Open(t.Context(), redisconn.Config{Addresses: []string{address}, TLS: &tls.Config{MinVersion: tls.VersionTLS12}})
	if err == nil || !strings.Contains(err.Error(), "certificate") || !strings.Contains(err.Error(), address) {
		t.Errorf("err = %v, want one about the certificate of %s", err, address)
	}
}
