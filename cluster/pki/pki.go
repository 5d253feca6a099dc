// Package pki makes the certificates of the stack: an authority that signs when
// the stack is applied and whose key is then forgotten, and server certificates
// under it. Nothing secret is kept in the repository or on this machine.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// validity is how long certificates live: longer than any cluster here, and
// within the 398 days that clients accept of a server
// (https://cabforum.org/working-groups/server/baseline-requirements/, 6.3.2).
const validity = 365 * 24 * time.Hour

// backdate covers clocks that are a little behind.
const backdate = 10 * time.Minute

// Authority signs server certificates. Its key is only in memory.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  time.Time
}

// Pair is a certificate and its private key, both in PEM.
type Pair struct{ Cert, Key []byte }

// NewAuthority makes an authority of that common name, valid from now on for
// a year.
func NewAuthority(name string, now time.Time) (*Authority, error) {
	template, err := newTemplate(name, now)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of authority %s: %w", name, err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the certificate of authority %s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of authority %s: %w", name, err)
	}
	return &Authority{cert: cert, key: key, now: now}, nil
}

// Certificate is what a client trusts, in PEM.
func (a *Authority) Certificate() []byte { return encode("CERTIFICATE", a.cert.Raw) }

// Issue makes a server certificate for the DNS names, of which the first is its
// common name too.
func (a *Authority) Issue(names ...string) (Pair, error) {
	if len(names) == 0 {
		return Pair{}, errors.New("issue a certificate: no name")
	}
	template, err := newTemplate(names[0], a.now)
	if err != nil {
		return Pair{}, err
	}
	template.DNSNames = names
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make the key of %s: %w", names[0], err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("sign the certificate of %s: %w", names[0], err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, fmt.Errorf("encode the key of %s: %w", names[0], err)
	}
	return Pair{Cert: encode("CERTIFICATE", der), Key: encode("PRIVATE KEY", raw)}, nil
}

func newTemplate(name string, now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, fmt.Errorf("draw the serial number of %s: %w", name, err)
	}
	return &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), // never zero
		Subject:      pkix.Name{CommonName: name, Organization: []string{"Headroom"}},
		NotBefore:    now.Add(-backdate),
		NotAfter:     now.Add(validity),
	}, nil
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
