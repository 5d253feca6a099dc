// Package webcrypto is the global crypto: random values and, as crypto.subtle,
// the W3C's Web Cryptography API with AES, HMAC, RSA, the curves of NIST, PBKDF2
// and HKDF. wrapKey and unwrapKey, and with them AES-KW, are refused.
package webcrypto

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// module is the global of one virtual user.
type module struct {
	vu         *vu.VU
	algorithms list
	prototype  *sobek.Object // of CryptoKey, made on first use
}

// New makes the global crypto.
func New(v *vu.VU) sobek.Value {
	m := &module{vu: v, algorithms: all}
	o := v.Runtime.NewObject()
	v.Brand(o, "Crypto")
	members := []string{"getRandomValues", "randomUUID", "subtle"}
	v.Lazily(o, func(name string) bool { return slices.Contains(members, name) },
		func(name string) (sobek.Value, bool) { return m.member(name), true })
	return o
}

// member makes one of the members of crypto.
func (m *module) member(name string) sobek.Value {
	switch name {
	case "getRandomValues":
		return m.vu.Function(name, m.getRandomValues)
	case "randomUUID":
		return m.vu.Function(name, m.randomUUID)
	}
	return m.newSubtle()
}

// maxRandom is how many bytes the standard lets one call of getRandomValues
// fill.
const maxRandom = 65536

// getRandomValues is getRandomValues(array): it fills the array and returns it.
func (m *module) getRandomValues(call sobek.FunctionCall) sobek.Value {
	const function = "crypto.getRandomValues(): "
	array := call.Argument(0)
	name := m.vu.ViewName(array)
	switch {
	case name == "":
		panic(m.vu.Runtime.NewTypeError(function+"the argument must be a typed array of integers, and is %s", vu.Kind(array)))
	case name == "DataView" || strings.HasPrefix(name, "Float"):
		panic(m.vu.NewNamedError("TypeMismatchError", function+"the argument must be a typed array of integers, and is a "+name))
	}
	b, _ := m.vu.Bytes(array)
	if len(b) > maxRandom {
		panic(m.vu.NewNamedError("QuotaExceededError", fmt.Sprintf("%sone call fills at most %d bytes, and the array has %d", function, maxRandom, len(b))))
	}
	_, _ = rand.Read(b) // it never fails: see its documentation
	return array
}

// randomUUID is randomUUID(): a UUID of version 4.
func (m *module) randomUUID(sobek.FunctionCall) sobek.Value {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // the variant of RFC 9562
	return m.vu.Runtime.ToValue(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
