package webcrypto

import (
	"context"
	"strings"
)

// algorithm is one of the algorithms of the standard. A function that it
// lacks is an operation that the standard does not define for it. Each
// function reads its parameters at once, and throws if they are wrong; what
// it returns does the work.
type algorithm struct {
	name string

	encrypt, decrypt, sign func(p params) transform
	verify                 func(p params) verifier
	digest                 *digest
	generate               func(p params) generator
	importKey              func(p params) importer
	export                 func(format string, k *key) (any, error) // []byte or *jwk
	derive                 func(p params) deriver
	length                 func(p params) (bits int, err error) // of a key to derive; wholeSecret if it has none

	slow bool // generate or derive takes so long that the event loop must go on meanwhile
}

type (
	transform func(k *key, data []byte) ([]byte, error)
	verifier  func(k *key, signature, data []byte) (bool, error)
	generator func(ctx context.Context, extractable bool, u usages) (any, error) // *key or *pair
	importer  func(format string, data keyData, extractable bool, u usages) (*key, error)
	deriver   func(ctx context.Context, k *key, bits int) ([]byte, error)
)

// wholeSecret stands for a length in bits that was not given.
const wholeSecret = -1

// keyData is what a key is imported from: a JSON Web Key in the format jwk,
// and bytes, which are the script's own, in the others.
type keyData struct {
	bytes []byte
	jwk   *jwk
}

// list is some algorithms, in the order in which messages name them.
type list []*algorithm

// all are the algorithms that there are.
var all = list{
	sha1Digest.algorithm(), sha256Digest.algorithm(), sha384Digest.algorithm(), sha512Digest.algorithm(),
	hmacKeys, aesCBC, aesCTR, aesGCM, rsaPKCS1, rsaPSS, rsaOAEP, ecDSA, ecDH, pbkdf2Keys, hkdfKeys,
}

// find returns the algorithm of a name that has an operation.
func (l list) find(name string, has func(*algorithm) bool) (*algorithm, error) {
	var names []string
	for _, a := range l {
		if !has(a) {
			continue
		}
		if strings.EqualFold(a.name, name) {
			return a, nil
		}
		names = append(names, a.name)
	}
	return nil, notSupported("there is no algorithm %q for that: there are %s", name, strings.Join(names, ", "))
}
