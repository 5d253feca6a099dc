package webcrypto

import (
	"crypto/x509"
	"encoding/asn1"
)

// parsePublic reads a public key in the format spki.
func parsePublic[K any](der []byte, what string) (k K, err error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return k, badData("the key data is no public key in the format spki (DER, not PEM): %v", err)
	}
	k, ok := parsed.(K)
	if !ok {
		return k, badData("the key data is no %s public key", what)
	}
	return k, nil
}

// parsePrivate reads a private key in the format pkcs8.
func parsePrivate[K any](der []byte, what string) (k K, err error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return k, badData("the key data is no private key in the format pkcs8 (DER, not PEM): %v", err)
	}
	if rest, err := asn1.Unmarshal(der, new(asn1.RawValue)); err != nil || len(rest) > 0 {
		return k, badData("%d bytes follow the key in the key data", len(rest))
	}
	k, ok := parsed.(K)
	if !ok {
		return k, badData("the key data is no %s private key", what)
	}
	return k, nil
}

// exportDER is exportKey in the formats spki and pkcs8, of a key pair's
// halves. ok is false for other formats.
func exportDER(format string, k *key, public, private any) (der []byte, ok bool, err error) {
	switch {
	case format == "spki" && k.kind != publicKey:
		return nil, true, badAccess("a %s key has no format spki: it is for public keys", k.kind)
	case format == "pkcs8" && k.kind != privateKey:
		return nil, true, badAccess("a %s key has no format pkcs8: it is for private keys", k.kind)
	case format == "spki":
		der, err = x509.MarshalPKIXPublicKey(public)
		return der, true, err
	case format == "pkcs8":
		der, err = x509.MarshalPKCS8PrivateKey(private)
		return der, true, err
	}
	return nil, false, nil
}
