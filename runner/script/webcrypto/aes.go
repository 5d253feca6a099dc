package webcrypto

import (
	"crypto/aes"
	"crypto/cipher"
	"math"
	"strconv"
)

const aesUsages = useEncrypt | useDecrypt | useWrapKey | useUnwrapKey

// The modes of AES.
var (
	aesCBC = newAES("AES-CBC", "CBC", cbcEncrypt, cbcDecrypt)
	aesCTR = newAES("AES-CTR", "CTR", ctrCrypt, ctrCrypt)
	aesGCM = newAES("AES-GCM", "GCM", gcmEncrypt, gcmDecrypt)
)

// newAES makes a mode, all but the encryption of which is common to all.
func newAES(name, mode string, encrypt, decrypt func(params) transform) *algorithm {
	alg := func(k *key) string { return "A" + strconv.Itoa(k.bits) + mode }
	return &algorithm{
		name:      name,
		encrypt:   encrypt,
		decrypt:   decrypt,
		generate:  aesGenerate,
		importKey: func(p params) importer { return aesImport(p, alg) },
		export:    exportSecret(alg),
		length:    aesLength,
	}
}

// aesLength reads how many bits a key has that is made.
func aesLength(p params) (int, error) {
	bits := p.integer("length", math.MaxUint16)
	if bits != 128 && bits != 192 && bits != 256 {
		return 0, badOperation("a key of %s has 128, 192 or 256 bits, and not %d", p.name, bits)
	}
	return bits, nil
}

func aesGenerate(p params) generator {
	bits, err := aesLength(p)
	return quick(func(extractable bool, u usages) (any, error) {
		if err := u.within(aesUsages, "a key of "+p.name); err != nil {
			return nil, err
		}
		if err != nil {
			return nil, err
		}
		return &key{algorithm: p.algorithm, kind: secretKey, extractable: extractable, usages: u, secret: random(bits / 8), bits: bits}, nil
	})
}

func aesImport(p params, alg func(k *key) string) importer {
	return func(format string, data keyData, extractable bool, u usages) (*key, error) {
		if err := u.within(aesUsages, "a key of "+p.name); err != nil {
			return nil, err
		}
		secret, err := secretOf(p.algorithm, format, data, "enc", extractable, u)
		if err != nil {
			return nil, err
		}
		k := &key{algorithm: p.algorithm, kind: secretKey, extractable: extractable, usages: u, secret: secret, bits: len(secret) * 8}
		if k.bits != 128 && k.bits != 192 && k.bits != 256 {
			return nil, badData("a key of %s has 128, 192 or 256 bits, and not %d", p.name, k.bits)
		}
		if format == "jwk" {
			err = data.jwk.checkAlg(alg(k))
		}
		if err != nil {
			return nil, err
		}
		return k, nil
	}
}

// block reads a parameter that is as long as a block of AES.
func block(p params, name string) ([]byte, error) {
	b := p.bytes(name)
	if len(b) != aes.BlockSize {
		return nil, badOperation("the parameter %s of %s must have %d bytes, and has %d", name, p.name, aes.BlockSize, len(b))
	}
	return b, nil
}

func cbcEncrypt(p params) transform {
	iv, err := block(p, "iv")
	return func(k *key, data []byte) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		c, err := aes.NewCipher(k.secret)
		if err != nil {
			return nil, err
		}
		padding := aes.BlockSize - len(data)%aes.BlockSize // PKCS #7
		out := make([]byte, len(data)+padding)
		for i := copy(out, data); i < len(out); i++ {
			out[i] = byte(padding)
		}
		cipher.NewCBCEncrypter(c, iv).CryptBlocks(out, out)
		return out, nil
	}
}

func cbcDecrypt(p params) transform {
	iv, err := block(p, "iv")
	return func(k *key, data []byte) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		if len(data) == 0 || len(data)%aes.BlockSize != 0 {
			return nil, badOperation("what AES-CBC encrypted has whole blocks of %d bytes, and this has %d bytes", aes.BlockSize, len(data))
		}
		c, err := aes.NewCipher(k.secret)
		if err != nil {
			return nil, err
		}
		out := make([]byte, len(data))
		cipher.NewCBCDecrypter(c, iv).CryptBlocks(out, data)
		padding := int(out[len(out)-1])
		if padding == 0 || padding > aes.BlockSize {
			return nil, errDecrypt
		}
		for _, b := range out[len(out)-padding:] {
			if int(b) != padding {
				return nil, errDecrypt
			}
		}
		return out[:len(out)-padding], nil
	}
}

var errDecrypt = badOperation("the data cannot be decrypted: it was changed, or the key or a parameter is another one")
