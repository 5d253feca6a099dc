package webcrypto

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"math"
	"math/big"
)

// The lengths of RSA keys that are made. Go refuses shorter ones; longer ones
// take minutes.
const minRSA, maxRSA = 1024, 8192

func rsaGenerate(p params, s scheme) generator {
	hash := p.hash()
	bits := p.integer("modulusLength", math.MaxUint32)
	value := p.required("publicExponent")
	if p.call.m.vu.ViewName(value) != "Uint8Array" {
		p.call.typeError("the parameter publicExponent of %s must be a Uint8Array", p.name)
	}
	exponent := new(big.Int).SetBytes(p.bytes("publicExponent"))
	return func(ctx context.Context, extractable bool, u usages) (any, error) {
		if err := u.within(s.public|s.private, "a key pair of "+p.name); err != nil {
			return nil, err
		}
		if bits < minRSA || bits > maxRSA {
			return nil, badOperation("an RSA key that is made here has %d to %d bits, and not %d", minRSA, maxRSA, bits)
		}
		if exponent.Cmp(big.NewInt(65537)) != 0 {
			return nil, badOperation("an RSA key that is made here has the publicExponent 65537 (new Uint8Array([1, 0, 1])), and not %v", exponent)
		}
		private := &key{algorithm: p.algorithm, kind: privateKey, extractable: extractable, usages: u & s.private, hash: hash}
		if err := private.useful(); err != nil {
			return nil, err // before it costs a second
		}
		made, err := unlessOver(ctx, func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, bits) })
		if err != nil {
			return nil, err
		}
		private.privateRSA, private.publicRSA = made, &made.PublicKey
		public := &key{algorithm: p.algorithm, kind: publicKey, extractable: true, usages: u & s.public, hash: hash, publicRSA: &made.PublicKey}
		return &pair{public, private}, nil
	}
}

// unlessOver waits for what cannot be interrupted, but not beyond the end of
// ctx: f then goes on for a while, and its result is for nobody.
func unlessOver[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

func rsaImport(p params, s scheme) importer {
	hash := p.hash()
	return func(format string, data keyData, extractable bool, u usages) (*key, error) {
		k := &key{algorithm: p.algorithm, kind: publicKey, extractable: extractable, usages: u, hash: hash}
		allowed := s.public
		if format == "pkcs8" || format == "jwk" && data.jwk.private() {
			k.kind, allowed = privateKey, s.private
		}
		if err := u.within(allowed, "a "+k.kind+" key of "+p.name); err != nil {
			return nil, err
		}
		var err error
		switch format {
		case "spki":
			k.publicRSA, err = parsePublic[*rsa.PublicKey](data.bytes, "RSA")
		case "pkcs8":
			k.privateRSA, err = parsePrivate[*rsa.PrivateKey](data.bytes, "RSA")
		case "jwk":
			if err = data.jwk.check("RSA", s.use, extractable, u); err == nil {
				err = data.jwk.checkAlg(s.alg(hash))
			}
			if err == nil {
				err = k.rsaFromJWK(data.jwk)
			}
		default:
			err = badFormat(p.algorithm, format)
		}
		if err != nil {
			return nil, err
		}
		if k.privateRSA != nil {
			k.publicRSA = &k.privateRSA.PublicKey
		}
		return k, nil
	}
}

// private tells whether a key of a pair is the private one.
func (j *jwk) private() bool {
	_, ok := j.members["d"]
	return ok
}

// rsaFromJWK reads the members of RFC 7518, section 6.3.
func (k *key) rsaFromJWK(j *jwk) error {
	names := []string{"n", "e"}
	if k.kind == privateKey {
		names = append(names, "d", "p", "q", "dp", "dq", "qi")
	}
	x := make([]*big.Int, len(names))
	for i, name := range names {
		var err error
		if x[i], err = j.number(name); err != nil {
			return err
		}
	}
	if x[0].Bit(0) == 0 || x[1].Bit(0) == 0 || x[1].BitLen() > 31 || x[1].BitLen() < 2 {
		return badData("the JSON Web Key is no RSA key: n and e must be odd, and e from 3 to 2147483647")
	}
	public := rsa.PublicKey{N: x[0], E: int(x[1].Int64())}
	if k.kind == publicKey {
		k.publicRSA = &public
		return nil
	}
	if j.others {
		return notSupported("RSA keys of more than two primes (oth) are not supported")
	}
	private := &rsa.PrivateKey{PublicKey: public, D: x[2], Primes: []*big.Int{x[3], x[4]}}
	if err := private.Validate(); err != nil {
		return badData("the JSON Web Key is no RSA key: %v", err)
	}
	private.Precompute()
	c := private.Precomputed
	if c.Dp.Cmp(x[5]) != 0 || c.Dq.Cmp(x[6]) != 0 || c.Qinv.Cmp(x[7]) != 0 {
		return badData("the JSON Web Key is no RSA key: dp, dq and qi do not belong to d, p and q")
	}
	k.privateRSA = private
	return nil
}

func rsaExport(format string, k *key, s scheme) (any, error) {
	if k.privateRSA != nil && len(k.privateRSA.Primes) != 2 {
		return nil, notSupported("RSA keys of more than two primes cannot be exported")
	}
	if der, ok, err := exportDER(format, k, k.publicRSA, k.privateRSA); ok {
		return der, err
	}
	if format != "jwk" {
		return nil, badFormat(k.algorithm, format)
	}
	members := map[string]string{"kty": "RSA", "alg": s.alg(k.hash),
		"n": encode(k.publicRSA.N.Bytes()), "e": encode(big.NewInt(int64(k.publicRSA.E)).Bytes())}
	if k.kind == privateKey {
		c := k.privateRSA.Precomputed
		for name, x := range map[string]*big.Int{"d": k.privateRSA.D, "p": k.privateRSA.Primes[0], "q": k.privateRSA.Primes[1],
			"dp": c.Dp, "dq": c.Dq, "qi": c.Qinv} {
			members[name] = encode(x.Bytes())
		}
	}
	return exported(k, members), nil
}
