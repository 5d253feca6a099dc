package webcrypto

import (
	"crypto/rand"
	"crypto/rsa"
)

// scheme is what sets one algorithm with RSA keys apart from another.
type scheme struct {
	public, private usages
	use             string                 // of a JSON Web Key
	alg             func(d *digest) string // of a JSON Web Key
}

// The algorithms with RSA keys.
var (
	rsaPKCS1 = newRSA("RSASSA-PKCS1-v1_5", scheme{useVerify, useSign, "sig", func(d *digest) string { return "RS" + d.short }},
		&algorithm{sign: func(params) transform { return pkcs1Sign }, verify: func(params) verifier { return pkcs1Verify }})
	rsaPSS = newRSA("RSA-PSS", scheme{useVerify, useSign, "sig", func(d *digest) string { return "PS" + d.short }},
		&algorithm{sign: pssSign, verify: pssVerify})
	rsaOAEP = newRSA("RSA-OAEP", scheme{useEncrypt | useWrapKey, useDecrypt | useUnwrapKey, "enc", oaepAlg},
		&algorithm{encrypt: oaepEncrypt, decrypt: oaepDecrypt})
)

// newRSA gives an algorithm its keys.
func newRSA(name string, s scheme, a *algorithm) *algorithm {
	a.name, a.slow = name, true
	a.generate = func(p params) generator { return rsaGenerate(p, s) }
	a.importKey = func(p params) importer { return rsaImport(p, s) }
	a.export = func(format string, k *key) (any, error) { return rsaExport(format, k, s) }
	return a
}

// oaepAlg names RSA-OAEP as JSON Web Algorithms do.
func oaepAlg(d *digest) string {
	if d == sha1Digest {
		return "RSA-OAEP"
	}
	return "RSA-OAEP-" + d.short
}

func pkcs1Sign(k *key, data []byte) ([]byte, error) {
	return rsa.SignPKCS1v15(rand.Reader, k.privateRSA, k.hash.hash, k.hash.sum(data))
}

func pkcs1Verify(k *key, signature, data []byte) (bool, error) {
	return rsa.VerifyPKCS1v15(k.publicRSA, k.hash.hash, k.hash.sum(data), signature) == nil, nil
}

func oaepEncrypt(p params) transform {
	label := p.optionalBytes("label")
	return func(k *key, data []byte) ([]byte, error) {
		if room := k.publicRSA.Size() - 2*k.hash.hash.Size() - 2; len(data) > room {
			return nil, badOperation("%d bytes are too many: a key of %d bits encrypts at most %d with %s; encrypt them with AES, and its key with RSA-OAEP",
				len(data), k.publicRSA.N.BitLen(), max(room, 0), k.hash.name)
		}
		return rsa.EncryptOAEP(k.hash.new(), rand.Reader, k.publicRSA, data, label)
	}
}

func oaepDecrypt(p params) transform {
	label := p.optionalBytes("label")
	return func(k *key, data []byte) ([]byte, error) {
		out, err := rsa.DecryptOAEP(k.hash.new(), rand.Reader, k.privateRSA, data, label)
		if err != nil {
			return nil, errDecrypt
		}
		return out, nil
	}
}
