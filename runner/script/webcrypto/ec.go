package webcrypto

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// curve is one of the curves of NIST.
type curve struct {
	name string
	alg  string // of a JSON Web Key for ECDSA
	size int    // of a coordinate, in bytes
	elliptic.Curve
}

var curves = []*curve{
	{"P-256", "ES256", 32, elliptic.P256()}, {"P-384", "ES384", 48, elliptic.P384()}, {"P-521", "ES512", 66, elliptic.P521()},
}

// The algorithms with keys of elliptic curves.
var (
	ecDSA = newEC("ECDSA", ecScheme{useVerify, useSign, "sig"}, &algorithm{sign: ecdsaSign, verify: ecdsaVerify})
	ecDH  = newEC("ECDH", ecScheme{0, deriveUsages, "enc"}, &algorithm{derive: ecdhDerive})
)

// ecdsaSign signs with the two numbers r and s one after the other, each as
// long as a coordinate.
func ecdsaSign(p params) transform {
	hash := p.hash()
	return func(k *key, data []byte) ([]byte, error) {
		r, s, err := ecdsa.Sign(rand.Reader, k.privateEC, hash.sum(data))
		if err != nil {
			return nil, err
		}
		out := make([]byte, 2*k.curve.size)
		r.FillBytes(out[:k.curve.size])
		s.FillBytes(out[k.curve.size:])
		return out, nil
	}
}

func ecdsaVerify(p params) verifier {
	hash := p.hash()
	return func(k *key, signature, data []byte) (bool, error) {
		n := k.curve.size
		if len(signature) != 2*n {
			return false, nil
		}
		r, s := new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:])
		return ecdsa.Verify(k.publicEC, hash.sum(data), r, s), nil
	}
}

func ecdhDerive(p params) deriver {
	value := p.required("public")
	public, ok := slot.Of(value)
	if !ok {
		p.call.typeError("the parameter public of ECDH must be a CryptoKey, and is %s", vu.Kind(value))
	}
	return func(_ context.Context, k *key, bits int) ([]byte, error) {
		switch {
		case k.kind != privateKey:
			return nil, badAccess("the key must be a private one, and is a %s one", k.kind)
		case public.kind != publicKey:
			return nil, badAccess("the parameter public must be a public key, and is a %s one", public.kind)
		case public.algorithm != p.algorithm:
			return nil, badAccess("the parameter public must be a key of ECDH, and is one of %s", public.algorithm.name)
		case public.curve != k.curve:
			return nil, badAccess("the keys are of different curves: %s and %s", k.curve.name, public.curve.name)
		}
		secret, err := agree(k.privateEC, public.publicEC)
		switch {
		case err != nil:
			return nil, err
		case bits == wholeSecret:
			return secret, nil
		case bits > len(secret)*8:
			return nil, badOperation("a secret of %s has %d bits, which is less than %d", k.curve.name, len(secret)*8, bits)
		}
		secret = secret[:(bits+7)/8]
		clip(secret, bits)
		return secret, nil
	}
}

// agree is the Diffie-Hellman key agreement itself.
func agree(private *ecdsa.PrivateKey, public *ecdsa.PublicKey) ([]byte, error) {
	ours, err := private.ECDH()
	if err != nil {
		return nil, err
	}
	theirs, err := public.ECDH()
	if err != nil {
		return nil, err
	}
	return ours.ECDH(theirs)
}
