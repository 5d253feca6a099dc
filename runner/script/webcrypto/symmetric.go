package webcrypto

import (
	"bytes"
	"context"
	"crypto/rand"
)

// random makes a secret of so many bytes.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails: see its documentation
	return b
}

// secretOf reads the bytes of a secret key, in the format raw or jwk.
func secretOf(a *algorithm, format string, data keyData, use string, extractable bool, u usages) ([]byte, error) {
	switch format {
	case "raw":
		return bytes.Clone(data.bytes), nil
	case "jwk":
		if err := data.jwk.check("oct", use, extractable, u); err != nil {
			return nil, err
		}
		return data.jwk.bytes("k")
	}
	return nil, badFormat(a, format)
}

// exportSecret is exportKey of a secret key. Its JSON Web Key names alg.
func exportSecret(alg func(k *key) string) func(format string, k *key) (any, error) {
	return func(format string, k *key) (any, error) {
		switch format {
		case "raw":
			return bytes.Clone(k.secret), nil
		case "jwk":
			return exported(k, map[string]string{"kty": "oct", "k": encode(k.secret), "alg": alg(k)}), nil
		}
		return nil, badFormat(k.algorithm, format)
	}
}

// quick is a generator that takes no time.
func quick(f func(extractable bool, u usages) (any, error)) generator {
	return func(_ context.Context, extractable bool, u usages) (any, error) { return f(extractable, u) }
}
