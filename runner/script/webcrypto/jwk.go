package webcrypto

import (
	"encoding/base64"
	"maps"
	"math/big"
	"slices"

	"github.com/grafana/sobek"
)

// jwk is a JSON Web Key (RFC 7517) with the members that are strings by name.
type jwk struct {
	members map[string]string
	keyOps  []string // nil: not given
	ext     *bool
	others  bool // there are more than two primes
}

// stringMembers are the members that are read.
var stringMembers = []string{"alg", "crv", "d", "dp", "dq", "e", "k", "kty", "n", "p", "q", "qi", "use", "x", "y"}

// readJWK reads what a script gave as a key.
func (c *call) readJWK(o *sobek.Object) *jwk {
	j := &jwk{members: make(map[string]string)}
	given := func(name string) (sobek.Value, bool) {
		value := o.Get(name)
		return value, value != nil && !sobek.IsUndefined(value)
	}
	for _, name := range stringMembers {
		if value, ok := given(name); ok {
			j.members[name] = c.m.vu.Text(value)
		}
	}
	if value, ok := given("ext"); ok {
		ext := value.ToBoolean()
		j.ext = &ext
	}
	if value, ok := given("key_ops"); ok {
		j.keyOps = c.strings(value, "the key_ops of a JSON Web Key")
	}
	_, j.others = given("oth")
	return j
}

// newJWK makes the object of a key, its members in the order of the alphabet.
func (m *module) newJWK(j *jwk) sobek.Value {
	o := m.vu.Runtime.NewObject()
	names := slices.AppendSeq([]string{"ext", "key_ops"}, maps.Keys(j.members))
	slices.Sort(names)
	for _, name := range names {
		switch name {
		case "ext":
			m.vu.Field(o, name, *j.ext)
		case "key_ops":
			m.vu.Field(o, name, m.strings(j.keyOps))
		default:
			m.vu.Field(o, name, j.members[name])
		}
	}
	return o
}

// exported begins the JSON Web Key of k. Members that are "" are left out.
func exported(k *key, members map[string]string) *jwk {
	maps.DeleteFunc(members, func(_, value string) bool { return value == "" })
	return &jwk{members: members, keyOps: k.usages.names(), ext: &k.extractable}
}

// check refuses a key that is of another type or not meant for what it is
// imported for. The member use must be as given if there is any usage.
func (j *jwk) check(kty, use string, extractable bool, u usages) error {
	if got := j.members["kty"]; got != kty {
		return badData("the JSON Web Key must have kty %q, and has %q", kty, got)
	}
	if got, ok := j.members["use"]; ok && u != 0 && got != use {
		return badData("the JSON Web Key has use %q: %v needs %q", got, u, use)
	}
	if j.ext != nil && !*j.ext && extractable {
		return badData("the JSON Web Key has ext false: import it with extractable false")
	}
	if j.keyOps == nil {
		return nil
	}
	ops := slices.Sorted(slices.Values(j.keyOps))
	if len(slices.Compact(ops)) != len(j.keyOps) {
		return badData("the JSON Web Key has a value in key_ops twice")
	}
	for _, name := range u.names() {
		if !slices.Contains(j.keyOps, name) {
			return badData("the JSON Web Key has no %q in key_ops: leave that usage out", name)
		}
	}
	return nil
}

// checkAlg refuses a key that is for another algorithm, if it says for which.
func (j *jwk) checkAlg(want string) error {
	if got, ok := j.members["alg"]; ok && got != want {
		return badData("the JSON Web Key has alg %q: this import needs %q", got, want)
	}
	return nil
}

// bytes reads a member that is base64url without padding.
func (j *jwk) bytes(name string) ([]byte, error) {
	text, ok := j.members[name]
	if !ok {
		return nil, badData("the JSON Web Key has no %s", name)
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) != base64.RawURLEncoding.EncodedLen(len(b)) { // it skips line breaks
		return nil, badData("the member %s of the JSON Web Key is no base64url without padding", name)
	}
	return b, nil
}

// number reads a member that is a number in as few bytes as it takes
// (Base64urlUInt of RFC 7518).
func (j *jwk) number(name string) (*big.Int, error) {
	b, err := j.bytes(name)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || b[0] == 0 {
		return nil, badData("the member %s of the JSON Web Key is empty or begins with a zero byte", name)
	}
	return new(big.Int).SetBytes(b), nil
}

// fixed reads a member that has so many bytes.
func (j *jwk) fixed(name string, size int) ([]byte, error) {
	b, err := j.bytes(name)
	if err == nil && len(b) != size {
		err = badData("the member %s of the JSON Web Key must have %d bytes, and has %d", name, size, len(b))
	}
	return b, err
}

// encode is the other way round.
func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
