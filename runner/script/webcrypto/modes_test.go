package webcrypto

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"
)

// TestWrap encrypts with counters that begin again, and compares with a
// counter that is counted block by block.
func TestWrap(t *testing.T) {
	secret := []byte("0123456789abcdef")
	c, err := aes.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 100)
	for _, bits := range []int{3, 4, 7, 8, 9, 63, 64, 65, 127, 128} {
		for _, before := range []int64{0, 1, 3, 6, 7} { // blocks before it begins again
			room := new(big.Int).Lsh(big.NewInt(1), uint(bits))
			nonce := new(big.Int).Lsh(big.NewInt(0x5a), uint(bits))
			low := new(big.Int).Mod(new(big.Int).Sub(room, big.NewInt(before)), room)
			start := new(big.Int).Add(nonce, low)
			start.Mod(start, new(big.Int).Lsh(big.NewInt(1), 128))
			high := new(big.Int).Sub(start, low)

			want := make([]byte, 0, 112)
			for i := int64(0); i < 7; i++ {
				n := new(big.Int).Add(low, big.NewInt(i))
				n.Mod(n, room).Add(n, high)
				out := make([]byte, aes.BlockSize)
				c.Encrypt(out, n.FillBytes(make([]byte, aes.BlockSize)))
				want = append(want, out...)
			}
			got, err := ctr(secret, start.FillBytes(make([]byte, aes.BlockSize)), bits, data)
			if err != nil || !bytes.Equal(got, want[:len(data)]) {
				t.Errorf("%d bits, %d blocks before the wrap: got %x, %v; want %x", bits, before, got, err, want)
			}
		}
	}
}

// TestEmptySalt signs with keys of all remainders of bits, and has the
// standard library verify the signatures, which it can.
func TestEmptySalt(t *testing.T) {
	for bits := 1024; bits <= 1033; bits++ {
		made, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []*digest{sha1Digest, sha512Digest} {
			k := &key{hash: d, privateRSA: made, publicRSA: &made.PublicKey}
			data := []byte("attack at dawn")
			signature, err := signUnsalted(k, data)
			if err != nil {
				t.Fatal(err)
			}
			if err := rsa.VerifyPSS(k.publicRSA, d.hash, d.sum(data), signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}); err != nil {
				t.Errorf("%d bits, %s: %v", bits, d.name, err)
			}
			if !verifyUnsalted(k, signature, data) {
				t.Errorf("%d bits, %s: ours does not verify its own", bits, d.name)
			}
			for _, bit := range []int{0, 7, 8, len(signature)*8 - 1} {
				changed := bytes.Clone(signature)
				changed[bit/8] ^= 0x80 >> (bit % 8)
				if verifyUnsalted(k, changed, data) {
					t.Errorf("%d bits, %s: a signature with bit %d changed is verified", bits, d.name, bit)
				}
			}
		}
	}
}
