package webcrypto

import (
	"context"

	"github.com/grafana/sobek"
)

// methods are those of crypto.subtle, by how each prepares a call.
var methods = map[string]func(*call) job{
	"digest": (*call).digest, "encrypt": (*call).encrypt, "decrypt": (*call).decrypt,
	"sign": (*call).sign, "verify": (*call).verify, "generateKey": (*call).generateKey,
	"importKey": (*call).importKey, "exportKey": (*call).exportKey,
	"deriveBits": (*call).deriveBits, "deriveKey": (*call).deriveKey,
	"wrapKey": (*call).refuse, "unwrapKey": (*call).refuse,
}

// newSubtle makes crypto.subtle.
func (m *module) newSubtle() sobek.Value {
	o := m.vu.Runtime.NewObject()
	m.vu.Brand(o, "SubtleCrypto")
	m.vu.Lazily(o, func(name string) bool { return methods[name] != nil }, func(name string) (sobek.Value, bool) {
		return m.vu.Function(name, func(f sobek.FunctionCall) sobek.Value {
			return (&call{m, name, f.Arguments}).promise(methods[name])
		}), true
	})
	return o
}

// refuse is a method that is not there.
func (c *call) refuse() job {
	c.fail(notSupported("it is not supported: export the key and encrypt it, or decrypt the key and import it"))
	return job{}
}

// digest is digest(algorithm, data).
func (c *call) digest() job {
	c.need(2)
	data := c.bytes(1, "the data")
	d := c.algorithm(0, hasDigest).digest
	return job{run: func(context.Context) (any, error) { return d.sum(data), nil }}
}

// usable refuses a key that is not for an algorithm or not for a usage.
func (k *key) usable(a *algorithm, u usages) error {
	switch {
	case k.algorithm != a:
		return badAccess("the key is for %s and not for %s", k.algorithm.name, a.name)
	case k.usages&u == 0:
		return badAccess("the key is not for that: it needs the usage %v, and has %v", u, k.usages)
	}
	return nil
}

// keyed is encrypt, decrypt or sign, whose arguments are an algorithm, a key
// and data.
func (c *call) keyed(u usages, operation func(*algorithm) func(params) transform) job {
	c.need(3)
	k, data := c.key(1), c.bytes(2, "the data")
	p := c.algorithm(0, func(a *algorithm) bool { return operation(a) != nil })
	work := operation(p.algorithm)(p)
	return job{run: func(context.Context) (any, error) {
		if err := k.usable(p.algorithm, u); err != nil {
			return nil, err
		}
		return work(k, data)
	}}
}

// encrypt is encrypt(algorithm, key, data).
func (c *call) encrypt() job {
	return c.keyed(useEncrypt, func(a *algorithm) func(params) transform { return a.encrypt })
}

// decrypt is decrypt(algorithm, key, data).
func (c *call) decrypt() job {
	return c.keyed(useDecrypt, func(a *algorithm) func(params) transform { return a.decrypt })
}

// sign is sign(algorithm, key, data).
func (c *call) sign() job {
	return c.keyed(useSign, func(a *algorithm) func(params) transform { return a.sign })
}

// verify is verify(algorithm, key, signature, data).
func (c *call) verify() job {
	c.need(4)
	k, signature, data := c.key(1), c.bytes(2, "the signature"), c.bytes(3, "the data")
	p := c.algorithm(0, func(a *algorithm) bool { return a.verify != nil })
	work := p.verify(p)
	return job{run: func(context.Context) (any, error) {
		if err := k.usable(p.algorithm, useVerify); err != nil {
			return nil, err
		}
		return work(k, signature, data)
	}}
}
