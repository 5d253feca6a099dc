package webcrypto

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"math"
	"math/big"
)

func pssSign(p params) transform {
	salt := p.integer("saltLength", math.MaxUint32)
	return func(k *key, data []byte) ([]byte, error) {
		if salt == 0 {
			return signUnsalted(k, data)
		}
		return rsa.SignPSS(rand.Reader, k.privateRSA, k.hash.hash, k.hash.sum(data), &rsa.PSSOptions{SaltLength: salt})
	}
}

func pssVerify(p params) verifier {
	salt := p.integer("saltLength", math.MaxUint32)
	return func(k *key, signature, data []byte) (bool, error) {
		if salt == 0 {
			return verifyUnsalted(k, signature, data), nil
		}
		return rsa.VerifyPSS(k.publicRSA, k.hash.hash, k.hash.sum(data), signature, &rsa.PSSOptions{SaltLength: salt}) == nil, nil
	}
}

// signUnsalted signs with an empty salt. The standard library takes a length
// of 0 for one that it may choose, so this case is ours. It does not hide from
// the clock what the key is: whoever can time a load generator has its script.
func signUnsalted(k *key, data []byte) ([]byte, error) {
	encoded, err := encodePSS(k, data)
	if err != nil {
		return nil, err
	}
	m := new(big.Int).SetBytes(encoded)
	return m.Exp(m, k.privateRSA.D, k.privateRSA.N).FillBytes(make([]byte, k.privateRSA.Size())), nil
}

// verifyUnsalted verifies a signature with an empty salt: without one, the
// same is signed every time.
func verifyUnsalted(k *key, signature, data []byte) bool {
	encoded, err := encodePSS(k, data)
	s := new(big.Int).SetBytes(signature)
	if err != nil || len(signature) != k.publicRSA.Size() || s.Cmp(k.publicRSA.N) >= 0 {
		return false // a key that is too short has no valid signature
	}
	m := s.Exp(s, big.NewInt(int64(k.publicRSA.E)), k.publicRSA.N)
	return m.Cmp(new(big.Int).SetBytes(encoded)) == 0
}

// encodePSS is EMSA-PSS-ENCODE of RFC 8017, section 9.1.1, with an empty salt.
func encodePSS(k *key, data []byte) ([]byte, error) {
	bits := k.publicRSA.N.BitLen() - 1
	size, hashSize := (bits+7)/8, k.hash.hash.Size()
	if size < hashSize+2 {
		return nil, badOperation("a key of %d bits is too short for %s", bits+1, k.hash.name)
	}
	h := k.hash.sum(append(make([]byte, 8), k.hash.sum(data)...))
	db := make([]byte, size-hashSize-1)
	db[len(db)-1] = 1
	for i, b := range mgf1(k.hash, h, len(db)) {
		db[i] ^= b
	}
	db[0] &= 0xff >> (8*size - bits)
	return append(append(db, h...), 0xbc), nil
}

// mgf1 is the mask generation function of RFC 8017, appendix B.2.1.
func mgf1(d *digest, seed []byte, size int) []byte {
	var out []byte
	for n := uint32(0); len(out) < size; n++ {
		out = append(out, d.sum(binary.BigEndian.AppendUint32(bytes.Clone(seed), n))...)
	}
	return out[:size]
}
