package webcrypto

import (
	"slices"
	"strings"
)

// usages are what a key may be used for: a set.
type usages uint8

// The usages, in the order of the standard.
const (
	useEncrypt usages = 1 << iota
	useDecrypt
	useSign
	useVerify
	useDeriveKey
	useDeriveBits
	useWrapKey
	useUnwrapKey
)

var usageNames = []string{"encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"}

// usage returns the usage of that name.
func usage(name string) (u usages, ok bool) {
	i := slices.Index(usageNames, name)
	if i < 0 {
		return 0, false
	}
	return 1 << i, true
}

func (u usages) names() []string {
	names := []string{}
	for i, name := range usageNames {
		if u&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func (u usages) String() string {
	if u == 0 {
		return "no usage"
	}
	return strings.Join(u.names(), ", ")
}

// within refuses usages that a kind of key does not have.
func (u usages) within(allowed usages, what string) error {
	if extra := u &^ allowed; extra != 0 {
		return badSyntax("%s has the usages: %v; it has no %v", what, allowed, extra)
	}
	return nil
}
