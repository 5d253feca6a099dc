package webcrypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"math"
	"math/big"
	"slices"
)

// ctrCrypt encrypts and decrypts, which is the same. Only the last bits of the
// counter block count, and begin again at 0; the rest is a nonce.
func ctrCrypt(p params) transform {
	counter, err := block(p, "counter")
	bits := p.integer("length", math.MaxUint8)
	if err == nil && (bits == 0 || bits > 128) {
		err = badOperation("the parameter length of AES-CTR must be from 1 to 128, and is %d", bits)
	}
	return func(k *key, data []byte) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		return ctr(k.secret, counter, bits, data)
	}
}

func ctr(secret, counter []byte, bits int, data []byte) ([]byte, error) {
	c, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	blocks := big.NewInt(int64((len(data) + aes.BlockSize - 1) / aes.BlockSize))
	room := new(big.Int).Lsh(big.NewInt(1), uint(bits))
	if blocks.Cmp(room) > 0 {
		return nil, badOperation("%d bytes are too many for a counter of %d bits: it would use a value twice", len(data), bits)
	}
	out := make([]byte, len(data))
	head, again := wrap(counter, room, len(data))
	cipher.NewCTR(c, counter).XORKeyStream(out[:head], data[:head])
	if head < len(data) {
		cipher.NewCTR(c, again).XORKeyStream(out[head:], data[head:])
	}
	return out, nil
}

// wrap tells how many of size bytes come before the counter, which has room
// values, begins again, and the block with which it does.
func wrap(counter []byte, room *big.Int, size int) (head int, again []byte) {
	n := new(big.Int).SetBytes(counter)
	low := new(big.Int).And(n, new(big.Int).Sub(room, big.NewInt(1)))
	head = size
	if left := new(big.Int).Sub(room, low); left.IsInt64() && left.Int64() < int64(size) {
		head = min(size, int(left.Int64())*aes.BlockSize)
	}
	return head, n.Sub(n, low).FillBytes(make([]byte, aes.BlockSize))
}

// gcm is AES-GCM with its parameters.
type gcm struct {
	iv, additional []byte
	tag            int // in bytes
	err            error
}

// fullTag is the tag that GCM makes; shorter ones are its beginning.
const fullTag = 16

func readGCM(p params) gcm {
	g := gcm{iv: p.bytes("iv"), additional: p.optionalBytes("additionalData"), tag: fullTag}
	bits, ok := p.optionalInteger("tagLength", math.MaxUint8)
	switch {
	case ok && !slices.Contains([]int{32, 64, 96, 104, 112, 120, 128}, bits):
		g.err = badOperation("the parameter tagLength of AES-GCM must be 32, 64, 96, 104, 112, 120 or 128, and is %d", bits)
	case ok:
		g.tag = bits / 8
	}
	if len(g.iv) == 0 {
		g.err = badOperation("the parameter iv of AES-GCM must not be empty")
	}
	return g
}

// open makes the cipher of a key.
func (g gcm) open(k *key) (cipher.AEAD, error) {
	if g.err != nil {
		return nil, g.err
	}
	c, err := aes.NewCipher(k.secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithNonceSize(c, len(g.iv))
}

func gcmEncrypt(p params) transform {
	g := readGCM(p)
	return func(k *key, data []byte) ([]byte, error) {
		aead, err := g.open(k)
		if err != nil {
			return nil, err
		}
		out := aead.Seal(nil, g.iv, data, g.additional)
		return out[:len(data)+g.tag], nil
	}
}

// gcmDecrypt decrypts by encrypting, which undoes itself, and encrypts once
// more for the tag: Go opens only what has its tag in full.
func gcmDecrypt(p params) transform {
	g := readGCM(p)
	return func(k *key, data []byte) ([]byte, error) {
		aead, err := g.open(k)
		if err != nil {
			return nil, err
		}
		size := len(data) - g.tag
		if size < 0 {
			return nil, badOperation("the data has %d bytes, which is less than its tag of %d", len(data), g.tag)
		}
		if g.tag == fullTag {
			out, err := aead.Open(nil, g.iv, data, g.additional)
			if err != nil {
				return nil, errDecrypt
			}
			return out, nil
		}
		out := aead.Seal(nil, g.iv, data[:size], g.additional)[:size]
		again := aead.Seal(nil, g.iv, out, g.additional)
		if subtle.ConstantTimeCompare(again[size:size+g.tag], data[size:]) == 0 {
			return nil, errDecrypt
		}
		return out, nil
	}
}
