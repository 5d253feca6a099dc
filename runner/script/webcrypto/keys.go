package webcrypto

import (
	"context"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// generateKey is generateKey(algorithm, extractable, usages).
func (c *call) generateKey() job {
	c.need(3)
	extractable, u := c.args[1].ToBoolean(), c.usages(2)
	p := c.algorithm(0, func(a *algorithm) bool { return a.generate != nil })
	work := p.generate(p)
	return job{slow: p.slow, run: func(ctx context.Context) (any, error) {
		made, err := work(ctx, extractable, u)
		if err != nil {
			return nil, err
		}
		k, ok := made.(*key)
		if both, isPair := made.(*pair); isPair {
			k, ok = both.private, true
		}
		if ok {
			err = k.useful()
		}
		return made, err
	}}
}

// useful refuses a secret or private key that nobody could use.
func (k *key) useful() error {
	if k.kind != publicKey && k.usages == 0 {
		return badSyntax("a %s key of %s needs a usage", k.kind, k.algorithm.name)
	}
	return nil
}

// importKey is importKey(format, keyData, algorithm, extractable, usages).
func (c *call) importKey() job {
	c.need(5)
	format := c.format(0)
	o, ok := c.args[1].(*sobek.Object)
	if !ok {
		c.typeError("the key data must be an object, and is %s", vu.Kind(c.args[1]))
	}
	extractable, u := c.args[3].ToBoolean(), c.usages(4)
	p := c.algorithm(2, func(a *algorithm) bool { return a.importKey != nil })
	work := p.importKey(p)
	data := c.keyData(format, o)
	return job{run: func(context.Context) (any, error) { return checked(work(format, data, extractable, u)) }}
}

// checked refuses a key that was imported and that nobody could use.
func checked(k *key, err error) (any, error) {
	if err == nil {
		err = k.useful()
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// keyData reads what a key is imported from.
func (c *call) keyData(format string, o *sobek.Object) keyData {
	b, isBytes := c.m.vu.Bytes(o)
	switch {
	case format == "jwk" && isBytes:
		c.typeError("in the format jwk, the key data must be an object, and is bytes: parse the JSON first")
	case format == "jwk":
		return keyData{jwk: c.readJWK(o)}
	case !isBytes:
		c.typeError("in the format %s, the key data must be an ArrayBuffer or a view of one, and is %s", format, vu.Kind(o))
	}
	return keyData{bytes: b}
}

// exportKey is exportKey(format, key).
func (c *call) exportKey() job {
	c.need(2)
	format, k := c.format(0), c.key(1)
	return job{run: func(context.Context) (any, error) {
		switch {
		case k.algorithm.export == nil:
			return nil, notSupported("keys of %s cannot be exported", k.algorithm.name)
		case !k.extractable:
			return nil, badAccess("the key is not extractable: it was made or imported with extractable false")
		}
		return k.algorithm.export(format, k)
	}}
}

// derivable is an algorithm that derives.
func derivable(a *algorithm) bool { return a.derive != nil }

// deriveBits is deriveBits(algorithm, baseKey, length).
func (c *call) deriveBits() job {
	c.need(2)
	k, bits := c.key(1), wholeSecret
	if len(c.args) > 2 && !vu.Absent(c.args[2]) {
		bits = int(uint32(c.args[2].ToInteger()))
	}
	p := c.algorithm(0, derivable)
	work := p.derive(p)
	return job{slow: p.slow, run: func(ctx context.Context) (any, error) {
		if err := k.usable(p.algorithm, useDeriveBits); err != nil {
			return nil, err
		}
		return work(ctx, k, bits)
	}}
}

// deriveKey is deriveKey(algorithm, baseKey, derivedKeyAlgorithm, extractable,
// usages).
func (c *call) deriveKey() job {
	c.need(5)
	k, extractable, u := c.key(1), c.args[3].ToBoolean(), c.usages(4)
	p := c.algorithm(0, derivable)
	work := p.derive(p)
	derived := c.algorithm(2, func(a *algorithm) bool { return a.length != nil })
	bits, err := derived.length(derived)
	build := derived.importKey(derived)
	return job{slow: p.slow, run: func(ctx context.Context) (any, error) {
		if err := k.usable(p.algorithm, useDeriveKey); err != nil {
			return nil, err
		}
		if err != nil {
			return nil, err
		}
		secret, err := work(ctx, k, bits)
		if err != nil {
			return nil, err
		}
		return checked(build("raw", keyData{bytes: secret}, extractable, u))
	}}
}
