package webcrypto

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/binary"
	"hash"
	"math"
)

const deriveUsages = useDeriveKey | useDeriveBits

// pbkdf2Keys is PBKDF2: its keys are passwords.
var pbkdf2Keys = &algorithm{name: "PBKDF2", importKey: kdfImport, derive: pbkdf2Derive, length: noLength, slow: true}

// hkdfKeys is HKDF.
var hkdfKeys = &algorithm{name: "HKDF", importKey: kdfImport, derive: hkdfDerive, length: noLength}

// noLength is that of a derived key that may have any.
func noLength(params) (int, error) { return wholeSecret, nil }

// kdfImport imports a secret to derive from: it cannot be exported again.
func kdfImport(p params) importer {
	return func(format string, data keyData, extractable bool, u usages) (*key, error) {
		if format != "raw" {
			return nil, badFormat(p.algorithm, format)
		}
		if err := u.within(deriveUsages, "a key of "+p.name); err != nil {
			return nil, err
		}
		if extractable {
			return nil, badSyntax("a key of %s is never extractable: import it with extractable false", p.name)
		}
		return &key{algorithm: p.algorithm, kind: secretKey, usages: u, secret: bytes.Clone(data.bytes)}, nil
	}
}

// wholeBytes refuses a length that is none in whole bytes.
func wholeBytes(p params, bits int) error {
	if bits == wholeSecret || bits%8 != 0 {
		return badOperation("%s needs a length in bits that is a multiple of 8", p.name)
	}
	return nil
}

func pbkdf2Derive(p params) deriver {
	hash := p.hash()
	salt := bytes.Clone(p.bytes("salt")) // the script goes on meanwhile
	iterations := p.integer("iterations", math.MaxUint32)
	return func(ctx context.Context, k *key, bits int) ([]byte, error) {
		if err := wholeBytes(p, bits); err != nil {
			return nil, err
		}
		if iterations == 0 {
			return nil, badOperation("the parameter iterations of PBKDF2 must not be 0")
		}
		return pbkdf2(ctx, hmac.New(hash.new, k.secret), salt, iterations, bits/8)
	}
}

// pbkdf2 is PBKDF2 of RFC 8018, section 5.2. Unlike that of the standard
// library it ends with its context.
func pbkdf2(ctx context.Context, prf hash.Hash, salt []byte, iterations, size int) ([]byte, error) {
	var out, u []byte
	for n := uint32(1); len(out) < size; n++ {
		prf.Reset()
		prf.Write(salt)
		prf.Write(binary.BigEndian.AppendUint32(nil, n))
		u = prf.Sum(u[:0])
		t := len(out)
		out = append(out, u...)
		for i := 1; i < iterations; i++ {
			if i%1024 == 0 && ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			prf.Reset()
			prf.Write(u)
			u = prf.Sum(u[:0])
			for j, b := range u {
				out[t+j] ^= b
			}
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return out[:size], nil
}

func hkdfDerive(p params) deriver {
	hash, salt, info := p.hash(), p.bytes("salt"), p.bytes("info")
	return func(_ context.Context, k *key, bits int) ([]byte, error) {
		if err := wholeBytes(p, bits); err != nil {
			return nil, err
		}
		return hkdf.Key(hash.new, k.secret, salt, string(info), bits/8)
	}
}
