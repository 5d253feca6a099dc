package k6crypto

import (
	"encoding/base64"
	"encoding/hex"
	"hash"

	"github.com/grafana/sobek"
)

// hasher wraps h as a Hasher: update(input) adds data, and digest(encoding)
// is the digest of what was added so far. More may be added after it.
func (m module) hasher(h hash.Hash) sobek.Value {
	o := m.vu.Runtime.NewObject()
	m.method(o, "update", func(call sobek.FunctionCall) sobek.Value {
		h.Write(m.vu.Data("hasher.update(): the input", call.Argument(0)))
		return sobek.Undefined()
	})
	m.method(o, "digest", func(call sobek.FunctionCall) sobek.Value {
		return m.digest("hasher.digest()", h, call.Argument(0))
	})
	return o
}

func (m module) method(o *sobek.Object, name string, f func(sobek.FunctionCall) sobek.Value) {
	if err := o.Set(name, f); err != nil {
		m.vu.Throw("make a Hasher: %v", err)
	}
}

// digest ends a hash in the encoding that a script asked for.
func (m module) digest(function string, h hash.Hash, encoding sobek.Value) sobek.Value {
	rt := m.vu.Runtime
	sum := h.Sum(nil)
	switch encoding.String() {
	case "hex":
		return rt.ToValue(hex.EncodeToString(sum))
	case "base64":
		return rt.ToValue(base64.StdEncoding.EncodeToString(sum))
	case "base64url":
		return rt.ToValue(base64.URLEncoding.EncodeToString(sum))
	case "base64rawurl":
		return rt.ToValue(base64.RawURLEncoding.EncodeToString(sum))
	case "binary":
		return rt.ToValue(rt.NewArrayBuffer(sum))
	}
	m.vu.Throw("%s: there is no output encoding %q: there are hex, base64, base64url, base64rawurl and binary", function, encoding.String())
	return nil
}
