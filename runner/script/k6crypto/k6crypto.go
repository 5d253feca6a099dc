// Package k6crypto is the module k6/crypto: hashes, HMAC and random bytes.
package k6crypto

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/grafana/sobek"
	"golang.org/x/crypto/md4"       //nolint:staticcheck // old servers still ask for it
	"golang.org/x/crypto/ripemd160" //nolint:staticcheck // old servers still ask for it

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// hashes are the algorithms by name. Each is a function of the module too.
var hashes = map[string]func() hash.Hash{
	"md4": md4.New, "md5": md5.New, "ripemd160": ripemd160.New, "sha1": sha1.New, "sha256": sha256.New,
	"sha384": sha512.New384, "sha512": sha512.New, "sha512_224": sha512.New512_224, "sha512_256": sha512.New512_256,
}

// Module is the module k6/crypto.
func Module() vu.Module {
	names := append(slices.Sorted(maps.Keys(hashes)), "createHMAC", "createHash", "hmac", "randomBytes")
	return vu.Module{Name: "k6/crypto", Exports: names, New: func(v *vu.VU) func(string) any {
		m := module{v}
		return func(name string) any { return m.function(name) }
	}}
}

type module struct{ vu *vu.VU }

func (m module) function(name string) func(sobek.FunctionCall) sobek.Value {
	switch name {
	case "createHash":
		return m.createHash
	case "createHMAC":
		return m.createHMAC
	case "hmac":
		return m.hmac
	case "randomBytes":
		return m.randomBytes
	}
	return func(call sobek.FunctionCall) sobek.Value {
		function := "crypto." + name + "()"
		h := hashes[name]()
		h.Write(m.vu.Data(function+": the input", call.Argument(0)))
		return m.digest(function, h, call.Argument(1))
	}
}

// algorithm reads the name of a hash.
func (m module) algorithm(function string, name sobek.Value) func() hash.Hash {
	h := hashes[name.String()]
	if h == nil {
		m.vu.Throw("%s: there is no hash %q: there are %s", function, name.String(),
			strings.Join(slices.Sorted(maps.Keys(hashes)), ", "))
	}
	return h
}

// keyed reads the hash and the secret of an HMAC.
func (m module) keyed(function string, call sobek.FunctionCall) hash.Hash {
	algorithm := m.algorithm(function, call.Argument(0))
	return hmac.New(algorithm, m.vu.Data(function+": the secret", call.Argument(1)))
}

// hmac is hmac(algorithm, secret, input, outputEncoding).
func (m module) hmac(call sobek.FunctionCall) sobek.Value {
	h := m.keyed("crypto.hmac()", call)
	h.Write(m.vu.Data("crypto.hmac(): the input", call.Argument(2)))
	return m.digest("crypto.hmac()", h, call.Argument(3))
}

// createHash is createHash(algorithm).
func (m module) createHash(call sobek.FunctionCall) sobek.Value {
	return m.hasher(m.algorithm("crypto.createHash()", call.Argument(0))())
}

// createHMAC is createHMAC(algorithm, secret).
func (m module) createHMAC(call sobek.FunctionCall) sobek.Value {
	return m.hasher(m.keyed("crypto.createHMAC()", call))
}

// maxRandom bounds what one call of randomBytes makes, so that a slip of the
// keyboard does not take the machine's memory.
const maxRandom = 64 << 20

// randomBytes is randomBytes(size).
func (m module) randomBytes(call sobek.FunctionCall) sobek.Value {
	size := call.Argument(0).ToFloat()
	if size != float64(int(size)) || size < 0 || size > maxRandom {
		m.vu.Throw("crypto.randomBytes(): the size must be a whole number from 0 to %d, and is %s", maxRandom, call.Argument(0))
	}
	b := make([]byte, int(size))
	_, _ = rand.Read(b) // it never fails: see its documentation
	return m.vu.Runtime.ToValue(m.vu.Runtime.NewArrayBuffer(b))
}
