package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// StartTLS starts a Redis that speaks TLS at one address and not at another,
// both on 127.0.0.1, with a certificate for 127.0.0.1 and redis.test. ca is the
// certificate, in PEM, of the authority that signed it, which nobody else knows.
// Else it is as Start.
func StartTLS(t testing.TB) (secure, plain string, ca []byte) {
	t.Helper()
	ca, certificate, key := sign(t)
	dir := t.TempDir()
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	addresses := row(t, 2)
	plain, secure = addresses[0], addresses[1]
	_, port, _ := net.SplitHostPort(secure)
	startAt(t, plain, "--tls-port", port, "--tls-auth-clients", "no",
		"--tls-cert-file", file("cert.pem", certificate), "--tls-key-file", file("key.pem", key), "--tls-ca-cert-file", file("ca.pem", ca))
	until(t, secure+" answers", func() error { return listens(t.Context(), secure) })
	return secure, plain, ca
}

// Authority is the certificate, in PEM, of an authority that signed nothing.
func Authority(t testing.TB) []byte {
	t.Helper()
	ca, _, _ := sign(t)
	return ca
}

// sign makes an authority, and has it sign a server's certificate. All are PEM.
func sign(t testing.TB) (ca, certificate, key []byte) {
	t.Helper()
	now := time.Now()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "redis of a test"}, NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"redis.test"},
	}
	authorityKey, serverKey := newKey(t), newKey(t)
	ca = certify(t, authority, authority, authorityKey, authorityKey)
	certificate = certify(t, server, authority, serverKey, authorityKey)
	raw, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		t.Fatal(err)
	}
	return ca, certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certify(t testing.TB, what, by *x509.Certificate, key, signer *ecdsa.PrivateKey) []byte {
	t.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, what, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}
