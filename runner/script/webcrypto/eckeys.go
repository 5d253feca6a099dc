package webcrypto

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
)

// ecScheme is what sets the keys of ECDSA and ECDH apart.
type ecScheme struct {
	public, private usages
	use             string // of a JSON Web Key
}

// newEC gives an algorithm its keys.
func newEC(name string, s ecScheme, a *algorithm) *algorithm {
	a.name = name
	a.generate = func(p params) generator { return ecGenerate(p, s) }
	a.importKey = func(p params) importer { return ecImport(p, s) }
	a.export = ecExport
	return a
}

func ecGenerate(p params, s ecScheme) generator {
	c := p.curve()
	return quick(func(extractable bool, u usages) (any, error) {
		if err := u.within(s.public|s.private, "a key pair of "+p.name); err != nil {
			return nil, err
		}
		made, err := ecdsa.GenerateKey(c.Curve, rand.Reader)
		if err != nil {
			return nil, err
		}
		return &pair{
			&key{algorithm: p.algorithm, kind: publicKey, extractable: true, usages: u & s.public, curve: c, publicEC: &made.PublicKey},
			&key{algorithm: p.algorithm, kind: privateKey, extractable: extractable, usages: u & s.private, curve: c, privateEC: made, publicEC: &made.PublicKey},
		}, nil
	})
}

func ecImport(p params, s ecScheme) importer {
	c := p.curve()
	return func(format string, data keyData, extractable bool, u usages) (*key, error) {
		k := &key{algorithm: p.algorithm, kind: publicKey, extractable: extractable, usages: u, curve: c}
		allowed := s.public
		if format == "pkcs8" || format == "jwk" && data.jwk.private() {
			k.kind, allowed = privateKey, s.private
		}
		if err := u.within(allowed, "a "+k.kind+" key of "+p.name); err != nil {
			return nil, err
		}
		var err error
		switch format {
		case "raw":
			k.publicEC, err = c.point(data.bytes)
		case "spki":
			k.publicEC, err = parsePublic[*ecdsa.PublicKey](data.bytes, "EC")
		case "pkcs8":
			k.privateEC, err = parsePrivate[*ecdsa.PrivateKey](data.bytes, "EC")
		case "jwk":
			if err = data.jwk.check("EC", s.use, extractable, u); err == nil {
				err = k.ecFromJWK(data.jwk)
			}
		}
		if err != nil {
			return nil, err
		}
		if k.privateEC != nil {
			k.publicEC = &k.privateEC.PublicKey
		}
		if k.publicEC.Curve != c.Curve {
			return nil, badData("the key is on another curve than %s", c.name)
		}
		return k, nil
	}
}

// point reads a public key in the format raw: a point, which may be
// compressed.
func (c *curve) point(b []byte) (*ecdsa.PublicKey, error) {
	if len(b) == 1+c.size {
		x, y := elliptic.UnmarshalCompressed(c.Curve, b)
		if x == nil {
			return nil, badData("the bytes are no point on the curve %s", c.name)
		}
		b = make([]byte, 1+2*c.size)
		b[0] = 4 // uncompressed
		x.FillBytes(b[1 : 1+c.size])
		y.FillBytes(b[1+c.size:])
	}
	k, err := ecdsa.ParseUncompressedPublicKey(c.Curve, b)
	if err != nil {
		return nil, badData("the bytes are no point on the curve %s: %v", c.name, err)
	}
	return k, nil
}

// ecFromJWK reads the members of RFC 7518, section 6.2.
func (k *key) ecFromJWK(j *jwk) error {
	if crv := j.members["crv"]; crv != k.curve.name {
		return badData("the JSON Web Key has crv %q, and the parameter namedCurve is %q", crv, k.curve.name)
	}
	if k.algorithm.sign != nil {
		if err := j.checkAlg(k.curve.alg); err != nil {
			return err
		}
	}
	x, err := j.fixed("x", k.curve.size)
	if err != nil {
		return err
	}
	y, err := j.fixed("y", k.curve.size)
	if err != nil {
		return err
	}
	k.publicEC, err = k.curve.point(append(append([]byte{4}, x...), y...))
	if err != nil || k.kind == publicKey {
		return err
	}
	d, err := j.fixed("d", k.curve.size)
	if err != nil {
		return err
	}
	k.privateEC, err = ecdsa.ParseRawPrivateKey(k.curve.Curve, d)
	switch {
	case err != nil:
		return badData("the member d of the JSON Web Key is no private key of %s: %v", k.curve.name, err)
	case !k.privateEC.PublicKey.Equal(k.publicEC):
		return badData("the members x and y of the JSON Web Key do not belong to d")
	}
	return nil
}

func ecExport(format string, k *key) (any, error) {
	if der, ok, err := exportDER(format, k, k.publicEC, k.privateEC); ok {
		return der, err
	}
	point, err := k.publicEC.Bytes()
	if err != nil {
		return nil, err
	}
	if format == "raw" {
		if k.kind != publicKey {
			return nil, badAccess("a %s key has no format raw: it is for public keys", k.kind)
		}
		return point, nil
	}
	n := k.curve.size
	members := map[string]string{"kty": "EC", "crv": k.curve.name, "x": encode(point[1 : 1+n]), "y": encode(point[1+n:])}
	if k.kind == privateKey {
		d, err := k.privateEC.Bytes()
		if err != nil {
			return nil, err
		}
		members["d"] = encode(d)
	}
	return exported(k, members), nil
}
