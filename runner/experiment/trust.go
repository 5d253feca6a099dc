package experiment

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// trust is the set of authorities that loads believe: this machine's, and the
// one of the cluster's own stack if it serves TLS.
func trust(caFile string) (*x509.CertPool, error) {
	authority, err := os.ReadFile(caFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing is served over TLS: the system's alone
	}
	if err != nil {
		return nil, infra("read the authority of the stack", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, infra("read this machine's authorities", err)
	}
	if !roots.AppendCertsFromPEM(authority) {
		return nil, infra("read the authority of the stack", fmt.Errorf("%s holds no certificate: headroom up writes it again", caFile))
	}
	return roots, nil
}
