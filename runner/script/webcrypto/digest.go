package webcrypto

import (
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// digest is a hash function.
type digest struct {
	name  string
	short string // as JSON Web Algorithms name it, in HS256 and RSA-OAEP-256
	hash  crypto.Hash
	new   func() hash.Hash
}

var (
	sha1Digest   = &digest{"SHA-1", "1", crypto.SHA1, sha1.New}
	sha256Digest = &digest{"SHA-256", "256", crypto.SHA256, sha256.New}
	sha384Digest = &digest{"SHA-384", "384", crypto.SHA384, sha512.New384}
	sha512Digest = &digest{"SHA-512", "512", crypto.SHA512, sha512.New}
)

func (d *digest) algorithm() *algorithm { return &algorithm{name: d.name, digest: d} }

func hasDigest(a *algorithm) bool { return a.digest != nil }

// sum is the digest of data.
func (d *digest) sum(data []byte) []byte {
	h := d.new()
	h.Write(data)
	return h.Sum(nil)
}
