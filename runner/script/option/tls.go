package option

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tlsVersionNames are the versions as scripts write them.
var tlsVersionNames = map[string]uint16{
	"tls1.0": tls.VersionTLS10, "tls1.1": tls.VersionTLS11, "tls1.2": tls.VersionTLS12, "tls1.3": tls.VersionTLS13,
}

// tlsVersions reads one version, or {min, max}.
func tlsVersions(n node) (low, high uint16) {
	version := func(n node) uint16 {
		name := n.str()
		v, ok := tlsVersionNames[name]
		if !ok && name != "" {
			n.wrong("%q is no version of TLS that can be had: there are %s", name, strings.Join(sortedKeys(tlsVersionNames), ", "))
		}
		return v
	}
	if _, ok := n.v.(string); ok {
		v := version(n)
		return v, v
	}
	n.fields(map[string]func(node){
		"min": func(n node) { low = version(n) },
		"max": func(n node) { high = version(n) },
	})
	if low > high && high != 0 {
		n.wrong("min is above max")
	}
	return low, high
}

func cipherSuites(n node) []uint16 {
	all := slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites())
	var list []uint16
	for _, item := range n.list() {
		name := item.str()
		i := slices.IndexFunc(all, func(s *tls.CipherSuite) bool { return s.Name == name })
		if i < 0 {
			item.wrong("%q is no cipher suite that can be had", name)
			continue
		}
		list = append(list, all[i].ID)
	}
	return list
}

func tlsAuth(n node) []ClientCert {
	var list []ClientCert
	for _, item := range n.list() {
		var c ClientCert
		var cert, key, password string
		item.fields(map[string]func(node){
			"domains": func(n node) {
				for _, d := range n.list() {
					c.Domains = append(c.Domains, strings.ToLower(d.str()))
				}
			},
			"cert":     func(n node) { cert = n.str() },
			"key":      func(n node) { key = n.str() },
			"password": func(n node) { password = n.str() },
		})
		var err error
		if c.Certificate, err = keyPair(cert, key, password); err != nil {
			item.wrong("%v", err)
		}
		list = append(list, c)
	}
	return list
}

// keyPair reads a certificate and its key in PEM; the key may be encrypted.
func keyPair(cert, key, password string) (tls.Certificate, error) {
	if cert == "" || key == "" {
		return tls.Certificate{}, errors.New("needs cert and key, as PEM: read them with open()")
	}
	text := []byte(key)
	if block, _ := pem.Decode(text); block != nil && password != "" {
		plain, err := x509.DecryptPEMBlock(block, []byte(password)) //nolint:staticcheck // the format of the documented option, weak as it is
		if err != nil {
			return tls.Certificate{}, fmt.Errorf("decrypt the key: %w", err)
		}
		text = pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: plain})
	}
	pair, err := tls.X509KeyPair([]byte(cert), text)
	if err != nil {
		return pair, fmt.Errorf("read cert and key: %w", err)
	}
	return pair, nil
}
