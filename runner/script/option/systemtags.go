package option

import (
	"slices"
	"strings"
)

// SystemTags are the tags that the engine gives to samples by itself.
type SystemTags uint32

// systemTagNames are all of them; the bit of a tag is its place.
var systemTagNames = []string{
	"proto", "subproto", "status", "method", "url", "name", "group", "check", "error", "error_code",
	"tls_version", "scenario", "service", "expected_response",
	"vu", "iter", "ip", "ocsp_status", // only if they are asked for: they make many series
}

// defaultSystemTags are those before vu.
const defaultSystemTags = SystemTags(1<<14 - 1)

// Has tells whether samples carry the tag.
func (t SystemTags) Has(name string) bool {
	i := slices.Index(systemTagNames, name)
	return i >= 0 && t&(1<<i) != 0
}

// Names are the tags in their order.
func (t SystemTags) Names() []string {
	var names []string
	for i, name := range systemTagNames {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func systemTags(n node) SystemTags {
	var t SystemTags
	for _, item := range n.list() {
		name := strings.TrimSpace(item.str())
		i := slices.Index(systemTagNames, name)
		if i < 0 {
			item.wrong("%q is no system tag: there are %s", name, strings.Join(systemTagNames, ", "))
			continue
		}
		t |= 1 << i
	}
	return t
}
