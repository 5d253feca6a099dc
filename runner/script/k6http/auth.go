package k6http

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// authorization is the value of the header field of that name for a hop. The
// credentials are those of the URL, and go to its host alone.
func (k *call) authorization(h *hop, same bool) string {
	user := k.to.parsed.User
	if h != &k.first && h.target != k.to {
		user = h.target.parsed.User
		same = true
	}
	switch {
	case user == nil || !same || k.has("Authorization"):
		return ""
	case k.auth != "digest":
		password, _ := user.Password()
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password))
	case k.digest != nil && h.target == k.to:
		password, _ := user.Password()
		return k.digest.answer(h.method, h.target.path, user.Username(), password, k.body)
	}
	return ""
}

// demand takes note of a demand for digest authentication that a response
// makes, unless one has been answered.
func (h *hop) demand() {
	r := h.request
	if r.auth != "digest" || h.err != nil || h.res.Status != 401 || r.digest != nil || r.to.parsed.User == nil || h.target != r.to {
		return
	}
	for name, value := range h.res.Fields() {
		if strings.EqualFold(string(name), "www-authenticate") {
			if r.digest = parseDigest(string(value)); r.digest != nil {
				h.challenge = true
				return
			}
		}
	}
}

// authorize returns the hop that answers a demand for digest authentication;
// nil if there is none.
func (h *hop) authorize() *hop {
	if !h.challenge {
		return nil
	}
	return &hop{method: h.method, target: h.target}
}

// digest is a server's demand for digest authentication (RFC 7616).
type digest struct {
	realm, nonce, opaque, algorithm, qop string
}

// parseDigest reads the header field WWW-Authenticate; nil if it demands
// anything that is not to be had.
func parseDigest(value string) *digest {
	scheme, rest, _ := strings.Cut(value, " ")
	if !strings.EqualFold(scheme, "digest") {
		return nil
	}
	d := &digest{algorithm: "MD5"}
	offered := false
	for _, p := range parameters(rest) {
		switch p.name {
		case "realm":
			d.realm = p.value
		case "nonce":
			d.nonce = p.value
		case "opaque":
			d.opaque = p.value
		case "algorithm":
			d.algorithm = strings.ToUpper(p.value)
		case "qop":
			offered = true
			for q := range strings.SplitSeq(p.value, ",") {
				q = strings.ToLower(strings.TrimSpace(q))
				if q == "auth" || (q == "auth-int" && d.qop == "") {
					d.qop = q
				}
			}
		}
	}
	if d.newHash() == nil || d.nonce == "" || (offered && d.qop == "") {
		return nil
	}
	return d
}

// parameters reads `name="value", name=value`.
func parameters(s string) []field {
	var list []field
	for {
		s = strings.TrimLeft(s, " \t,")
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			return list
		}
		f := field{name: strings.ToLower(strings.TrimSpace(name))}
		rest = strings.TrimLeft(rest, " \t")
		if quoted, is := strings.CutPrefix(rest, `"`); is {
			f.value, s = unquote(quoted)
		} else {
			f.value, s, _ = strings.Cut(rest, ",")
			f.value = strings.TrimSpace(f.value)
		}
		list = append(list, f)
	}
}

// unquote reads to the closing quote.
func unquote(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

func (d *digest) newHash() hash.Hash {
	switch strings.TrimSuffix(d.algorithm, "-SESS") {
	case "MD5":
		return md5.New()
	case "SHA-256":
		return sha256.New()
	}
	return nil
}

func (d *digest) hash(parts ...string) string {
	h := d.newHash()
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// answer is the value of Authorization (RFC 7616, 3.4).
func (d *digest) answer(method, uri, user, password string, body []byte) string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // it never fails (crypto/rand)
	cnonce := hex.EncodeToString(random[:])
	return d.respond(method, uri, user, password, cnonce, body)
}

func (d *digest) respond(method, uri, user, password, cnonce string, body []byte) string {
	const count = "00000001"
	a1 := d.hash(user, d.realm, password)
	if strings.HasSuffix(d.algorithm, "-SESS") {
		a1 = d.hash(a1, d.nonce, cnonce)
	}
	a2 := d.hash(method, uri)
	if d.qop == "auth-int" {
		a2 = d.hash(method, uri, d.hash(string(body)))
	}
	out := fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri=%q, algorithm=%s`, user, d.realm, d.nonce, uri, d.algorithm)
	switch {
	case d.qop == "" && strings.HasSuffix(d.algorithm, "-SESS"): // of which the server knows the key by cnonce alone
		out += fmt.Sprintf(`, cnonce="%s", response="%s"`, cnonce, d.hash(a1, d.nonce, a2))
	case d.qop == "":
		out += fmt.Sprintf(`, response="%s"`, d.hash(a1, d.nonce, a2))
	default:
		out += fmt.Sprintf(`, qop=%s, nc=%s, cnonce="%s", response="%s"`, d.qop, count, cnonce, d.hash(a1, d.nonce, count, cnonce, d.qop, a2))
	}
	if d.opaque != "" {
		out += fmt.Sprintf(`, opaque=%q`, d.opaque)
	}
	return out
}
