package webcrypto

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// importers are a way to import a key into each algorithm, with every usage
// that some key of it has.
const importers = `
const keys = [
	['HMAC', ['sign', 'verify'], { hash: 'SHA-256' }], ['AES-GCM', ['encrypt', 'decrypt']],
	['PBKDF2', ['deriveBits']], ['HKDF', ['deriveBits']],
	['RSASSA-PKCS1-v1_5', ['sign'], { hash: 'SHA-256' }], ['RSASSA-PKCS1-v1_5', ['verify'], { hash: 'SHA-256' }],
	['RSA-PSS', ['sign'], { hash: 'SHA-1' }], ['RSA-OAEP', ['encrypt'], { hash: 'SHA-1' }],
	['ECDSA', ['sign'], { namedCurve: 'P-256' }], ['ECDSA', ['verify'], { namedCurve: 'P-256' }],
	['ECDH', ['deriveBits'], { namedCurve: 'P-384' }], ['ECDH', [], { namedCurve: 'P-521' }],
];
(function (format, data) {
	const extractable = (name) => name !== 'PBKDF2' && name !== 'HKDF';
	return keys.map(([name, usages, more]) => crypto.subtle.importKey(format, data, { name, ...more }, extractable(name), usages));
})`

// exporter exports a key in the format in which it was imported.
const exporter = `(function (format, key) { return crypto.subtle.exportKey(format, key); })`

// harness calls the two from a test.
type harness struct {
	vu              *vu.VU
	imports, export sobek.Callable
}

func newHarness(tb testing.TB) *harness {
	tb.Helper()
	h := &harness{vu: vu.New(&vu.Test{}, 1)}
	if err := h.vu.Runtime.Set("crypto", New(h.vu)); err != nil {
		tb.Fatal(err)
	}
	for text, f := range map[string]*sobek.Callable{importers: &h.imports, exporter: &h.export} {
		value, err := h.vu.Runtime.RunString(text)
		if err != nil {
			tb.Fatal(err)
		}
		*f, _ = sobek.AssertFunction(value)
	}
	return h
}

// call returns the promises that a function returned.
func (h *harness) call(t *testing.T, f sobek.Callable, args ...sobek.Value) []*sobek.Promise {
	t.Helper()
	result, err := f(sobek.Undefined(), args...)
	if err != nil {
		t.Fatalf("thrown, and not rejected: %v", err)
	}
	if p, ok := result.Export().(*sobek.Promise); ok {
		return []*sobek.Promise{p}
	}
	var list []*sobek.Promise
	if err := h.vu.Runtime.ExportTo(result, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// keys imports data everywhere and returns those keys that were taken. What
// is refused must be refused for a reason that the standard names.
func (h *harness) keys(t *testing.T, format string, data sobek.Value) (keys []sobek.Value) {
	t.Helper()
	for _, p := range h.call(t, h.imports, h.vu.Runtime.ToValue(format), data) {
		switch p.State() {
		case sobek.PromiseStateFulfilled:
			keys = append(keys, p.Result())
		case sobek.PromiseStateRejected:
			name := p.Result().ToObject(h.vu.Runtime).Get("name").String()
			if !slices.Contains([]string{"DataError", "SyntaxError", "TypeError", "NotSupportedError"}, name) {
				t.Fatalf("refused: %v", p.Result())
			}
		default:
			t.Fatal("an import is still pending")
		}
	}
	return keys
}

// exported returns what a key is exported as; ok is false for those that
// never are.
func (h *harness) exported(t *testing.T, format string, key sobek.Value) (value sobek.Value, ok bool) {
	t.Helper()
	if k, _ := slot.Of(key); !k.extractable {
		return nil, false
	}
	p := h.call(t, h.export, h.vu.Runtime.ToValue(format), key)[0]
	if p.State() != sobek.PromiseStateFulfilled {
		t.Fatalf("export: %v", p.Result())
	}
	return p.Result(), true
}

// seeds are JSON Web Keys and how many of importers take them.
var seeds = []struct {
	jwk   string
	taken int
}{
	{`{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw","ext":true,"key_ops":["sign","verify"]}`, 1},
	{`{"kty":"EC","crv":"P-256","x":"YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y","y":"eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk","d":"ya-p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyE","use":"sig"}`, 1},
	{`{"kty":"RSA","n":"oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw","e":"AQAB"}`, 2},
	{`{"kty":"RSA","n":"2X4j6yJRnWRH_T70fvOIJ1xFRBppFwHx1uvFCdOg_qElhXcXKroj0F8WMhbqmRNX0MeLMWuaJIEZi4Cd3wey-jp1KzK3Gp4tH1Dgh3SUE_61pd5ISqdvDgO_WcmjdTWtI3COsnfJGVjQwlj97psDqO7-m1YaOzlqlaSBXo3bgAM","e":"AQAB","d":"kaoW-mNo0AYa5PTmIaSPmvUEeyFJIxytUWlk9TjlCcT58VKalIZIeEVHA1Mv2kgHN5B9nCLaAPrqFfGVSovIhOyror5pUfspTzwJTU5UrsNkCvxvGf8SgncEj-Q1v0d1nAFcvzW-cD_mJsdTAB_6HPcqgmiI_48Wswt8DPfz18E","p":"80Yf5uuGvV3SPaXaQ3HpWAg7xwFI_sNI7DvsaH-1usWF2zDsbUg1SodVwajX38EAfmmd81kTv-gHZOQS0kvo4w","q":"5N7CWzK4gikTjGk0hEAk-E1vUF6wb7QMeJlJmWaXAJVM-Xl2Wzy0Z0ZSwEDn_DbLlv291gdhk39b1pomSHRWYQ","dp":"rIIYkz6HEHecY3zdlqALURKdmRPPOGEwr9waW0vciXIR5on9zcy7hXsMk8RwOEn7WKj6iZqsB5S40ZFty1Rq8w","dq":"xZqvJB5-v6LHhguvlB_ty5TP7wxSOZ-yxM1UhmXVKmO9ugfs8IlRGXnWKLfhlBmbXhpmtUxaKwdjO76MHzKTAQ","qi":"fNlLOBHtPARLNGzQRPzShhP1X6cgo0oKF2ztQpFjhmyXSp4M1lgoXbz5K-nLVZ7meDuA6BGh8BzWVBkNt1wdeQ"}`, 2},
	{`{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQ","p":"Aw","q":"BQ","dp":"AQ","dq":"AQ","qi":"Ag","oth":[]}`, 0},
	{`[]`, 0},
}

func TestSeedsAreTaken(t *testing.T) {
	h := newHarness(t)
	for _, seed := range seeds {
		jwk, err := h.vu.ParseJSON(seed.jwk)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.keys(t, "jwk", jwk); len(got) != seed.taken {
			t.Errorf("%.40s: %d keys, want %d", seed.jwk, len(got), seed.taken)
		}
	}
}

// FuzzJWK imports any JSON as a key of every algorithm. A key that is taken is
// exported with the same numbers.
func FuzzJWK(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed.jwk)
	}
	h := newHarness(f)
	f.Fuzz(func(t *testing.T, text string) {
		jwk, err := h.vu.ParseJSON(text)
		if err != nil {
			t.Skip()
		}
		for _, key := range h.keys(t, "jwk", jwk) {
			out, ok := h.exported(t, "jwk", key)
			if !ok {
				continue
			}
			again, err := h.vu.JSON(out)
			if err != nil {
				t.Fatal(err)
			}
			sameNumbers(t, text, again)
		}
	})
}

// sameNumbers compares the members of two JSON Web Keys that are base64url.
func sameNumbers(t *testing.T, in, out string) {
	t.Helper()
	var was, is map[string]any
	if err := json.Unmarshal([]byte(out), &is); err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal([]byte(in), &was) != nil {
		return // such as JSON.parse reads and Go does not
	}
	for _, name := range []string{"k", "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y"} {
		a, given := was[name].(string)
		b, _ := is[name].(string)
		if !given || b == "" {
			continue
		}
		x, err := base64.RawURLEncoding.DecodeString(a)
		y, err2 := base64.RawURLEncoding.DecodeString(b)
		if err != nil || err2 != nil || !bytes.Equal(x, y) {
			t.Fatalf("%s was %q and is %q", name, a, b)
		}
	}
}

// FuzzKeyBytes imports any bytes as a key of every algorithm, in the other
// formats. A key that is taken is exported, and that is taken again and
// exported as the same.
func FuzzKeyBytes(f *testing.F) {
	f.Add(uint8(0), []byte("0123456789abcdef"))
	f.Add(uint8(0), append([]byte{2}, make([]byte, 32)...))
	h := newHarness(f)
	pairs, err := h.vu.Runtime.RunString(`[
		crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']),
		crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']),
	]`)
	var promises []*sobek.Promise
	if err != nil || h.vu.Runtime.ExportTo(pairs, &promises) != nil {
		f.Fatal(err)
	}
	for _, p := range promises {
		o := p.Result().ToObject(h.vu.Runtime)
		for i, name := range []string{"publicKey", "privateKey"} {
			k, _ := slot.Of(o.Get(name))
			der, err := ecExport([]string{"spki", "pkcs8"}[i], k)
			if err != nil {
				f.Fatal(err)
			}
			b, _ := der.([]byte)
			f.Add(uint8(i+1), b)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		format := []string{"raw", "spki", "pkcs8"}[which%3]
		buffer := func(b []byte) sobek.Value { return h.vu.Runtime.ToValue(h.vu.Runtime.NewArrayBuffer(b)) }
		for _, key := range h.keys(t, format, buffer(data)) {
			out, ok := h.exported(t, format, key)
			if !ok {
				continue
			}
			first, _ := h.vu.Bytes(out)
			k, _ := slot.Of(key)
			same := slices.DeleteFunc(h.keys(t, format, buffer(bytes.Clone(first))), func(other sobek.Value) bool {
				o, _ := slot.Of(other)
				return o.algorithm != k.algorithm || o.usages != k.usages
			})
			if len(same) != 1 {
				t.Fatalf("%s of %s: what was exported is taken again %d times: %x", format, k.algorithm.name, len(same), first)
			}
			out, _ = h.exported(t, format, same[0])
			if second, _ := h.vu.Bytes(out); !bytes.Equal(first, second) {
				t.Fatalf("%s of %s: exported as %x and then as %x", format, k.algorithm.name, first, second)
			}
		}
	})
}
