package webcrypto

import (
	"crypto/hmac"
	"math"
)

const hmacUsages = useSign | useVerify

// hmacKeys is HMAC.
var hmacKeys = &algorithm{
	name:      "HMAC",
	sign:      func(params) transform { return hmacSum },
	verify:    func(params) verifier { return hmacVerify },
	generate:  hmacGenerate,
	importKey: hmacImport,
	export:    exportSecret(hmacAlg),
	length:    hmacLength,
}

// hmacAlg names HMAC as JSON Web Algorithms do.
func hmacAlg(k *key) string { return "HS" + k.hash.short }

func hmacSum(k *key, data []byte) ([]byte, error) {
	h := hmac.New(k.hash.new, k.secret)
	h.Write(data)
	return h.Sum(nil), nil
}

func hmacVerify(k *key, signature, data []byte) (bool, error) {
	sum, err := hmacSum(k, data)
	return hmac.Equal(sum, signature), err
}

// hmacLength is how many bits a key has that is made: if the script does not
// say, a block of the hash.
func hmacLength(p params) (int, error) {
	bits, ok := p.optionalInteger("length", math.MaxUint32)
	switch {
	case !ok:
		return p.hash().new().BlockSize() * 8, nil
	case bits == 0:
		p.call.typeError("the parameter length of HMAC must not be 0")
	}
	return bits, nil
}

func hmacGenerate(p params) generator {
	hash := p.hash()
	bits, ok := p.optionalInteger("length", math.MaxUint32)
	if !ok {
		bits = hash.new().BlockSize() * 8
	}
	return quick(func(extractable bool, u usages) (any, error) {
		if err := u.within(hmacUsages, "a key of HMAC"); err != nil {
			return nil, err
		}
		if bits == 0 || bits > maxHMAC {
			return nil, badOperation("an HMAC key must have 1 to %d bits, and not %d", maxHMAC, bits)
		}
		secret := random((bits + 7) / 8)
		clip(secret, bits)
		return &key{algorithm: p.algorithm, kind: secretKey, extractable: extractable, usages: u, secret: secret, bits: bits, hash: hash}, nil
	})
}

// maxHMAC bounds the keys that are made: the standard would allow half a
// gigabyte.
const maxHMAC = 1 << 23

// clip sets the bits to zero that a key has beyond its length.
func clip(b []byte, bits int) {
	if extra := len(b)*8 - bits; extra > 0 {
		b[len(b)-1] &= 0xff << extra
	}
}

func hmacImport(p params) importer {
	hash := p.hash()
	bits, given := p.optionalInteger("length", math.MaxUint32)
	return func(format string, data keyData, extractable bool, u usages) (*key, error) {
		if err := u.within(hmacUsages, "a key of HMAC"); err != nil {
			return nil, err
		}
		secret, err := secretOf(p.algorithm, format, data, "sig", extractable, u)
		if err != nil {
			return nil, err
		}
		k := &key{algorithm: p.algorithm, kind: secretKey, extractable: extractable, usages: u, secret: secret, bits: len(secret) * 8, hash: hash}
		if format == "jwk" {
			err = data.jwk.checkAlg(hmacAlg(k))
		}
		switch {
		case err != nil:
			return nil, err
		case len(secret) == 0:
			return nil, badData("an HMAC key must not be empty")
		case given && (bits > k.bits || bits <= k.bits-8):
			return nil, badData("the key has %d bits, which is not the parameter length, %d", k.bits, bits)
		case given:
			k.bits = bits
			clip(secret, bits)
		}
		return k, nil
	}
}
