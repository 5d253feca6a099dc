package pki

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Check reports why a client that trusts only the authority (in PEM) would not
// accept p from a server of each of the names at that time; nil if it would.
func (p Pair) Check(authority []byte, at time.Time, names ...string) error {
	pair, err := tls.X509KeyPair(p.Cert, p.Key)
	if err != nil {
		return fmt.Errorf("certificate and key: %w", err)
	}
	roots, err := Pool(authority)
	if err != nil {
		return err
	}
	for _, name := range names {
		opts := x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: at}
		if _, err := pair.Leaf.Verify(opts); err != nil {
			return fmt.Errorf("certificate for %s: %w", name, err)
		}
	}
	return nil
}

// Pool is the set of one authority, in PEM.
func Pool(authority []byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New("no certificate of an authority in PEM")
	}
	return pool, nil
}
