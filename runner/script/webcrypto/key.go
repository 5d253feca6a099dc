package webcrypto

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"math/big"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// The types of keys.
const (
	secretKey  = "secret"
	publicKey  = "public"
	privateKey = "private"
)

// key is a CryptoKey. Of its material, it has what its algorithm and its type
// ask for.
type key struct {
	algorithm   *algorithm
	kind        string
	extractable bool
	usages      usages

	secret     []byte
	bits       int     // how long an HMAC key is
	hash       *digest // of an HMAC or RSA key
	curve      *curve  // of an EC key
	publicEC   *ecdsa.PublicKey
	privateEC  *ecdsa.PrivateKey
	publicRSA  *rsa.PublicKey
	privateRSA *rsa.PrivateKey

	shownAlgorithm, shownUsages sobek.Value // the attributes, once a script has read them
}

// pair is a CryptoKeyPair.
type pair struct{ public, private *key }

var slot = vu.NewSlot[*key]("CryptoKey")

// newKey makes the object by which a script holds a key.
func (m *module) newKey(k *key) sobek.Value {
	if m.prototype == nil {
		m.prototype = m.newPrototype()
	}
	o := m.vu.Runtime.CreateObject(m.prototype)
	slot.Put(m.vu, o, k)
	return o
}

// newPrototype makes the prototype of CryptoKey, with its four attributes.
func (m *module) newPrototype() *sobek.Object {
	o := m.vu.Runtime.NewObject()
	m.vu.Brand(o, "CryptoKey")
	attribute := func(name string, get func(k *key) any) {
		m.vu.Getter(o, name, func(this sobek.Value) any {
			k, ok := slot.Of(this)
			if !ok {
				panic(m.vu.Runtime.NewTypeError("this is no CryptoKey"))
			}
			return get(k)
		})
	}
	attribute("type", func(k *key) any { return k.kind })
	attribute("extractable", func(k *key) any { return k.extractable })
	attribute("algorithm", func(k *key) any {
		if k.shownAlgorithm == nil {
			k.shownAlgorithm = m.showAlgorithm(k)
		}
		return k.shownAlgorithm
	})
	attribute("usages", func(k *key) any {
		if k.shownUsages == nil {
			k.shownUsages = m.strings(k.usages.names())
		}
		return k.shownUsages
	})
	return o
}

// showAlgorithm is the attribute algorithm of a key.
func (m *module) showAlgorithm(k *key) sobek.Value {
	o := m.vu.Runtime.NewObject()
	m.vu.Field(o, "name", k.algorithm.name)
	switch {
	case k.curve != nil:
		m.vu.Field(o, "namedCurve", k.curve.name)
	case k.publicRSA != nil:
		m.vu.Field(o, "modulusLength", k.publicRSA.N.BitLen())
		m.vu.Field(o, "publicExponent", m.vu.NewUint8Array(big.NewInt(int64(k.publicRSA.E)).Bytes()))
	case k.bits != 0:
		m.vu.Field(o, "length", k.bits)
	}
	if k.hash != nil {
		hash := m.vu.Runtime.NewObject()
		m.vu.Field(hash, "name", k.hash.name)
		m.vu.Field(o, "hash", hash)
	}
	return o
}

// strings makes an array of strings.
func (m *module) strings(names []string) sobek.Value {
	values := make([]any, len(names))
	for i, n := range names {
		values[i] = n
	}
	return m.vu.Runtime.NewArray(values...)
}

// newPair makes a CryptoKeyPair.
func (m *module) newPair(p *pair) sobek.Value {
	o := m.vu.Runtime.NewObject()
	m.vu.Field(o, "publicKey", m.newKey(p.public))
	m.vu.Field(o, "privateKey", m.newKey(p.private))
	return o
}
