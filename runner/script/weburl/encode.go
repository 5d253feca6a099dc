package weburl

import (
	"strings"
	"unicode/utf8"
)

// set is a percent-encode set: the ASCII characters that are encoded. All
// others from DEL on are, in every set.
type set [2]uint64

func newSet(chars string, bases ...set) set {
	s := set{0xffffffff, 1 << 63} // C0 controls and DEL
	for _, b := range bases {
		s[0], s[1] = s[0]|b[0], s[1]|b[1]
	}
	for i := range len(chars) {
		s[chars[i]>>6] |= 1 << (chars[i] & 63)
	}
	return s
}

func (s set) has(c rune) bool { return c > 0x7e || s[c>>6]>>(c&63)&1 == 1 }

// The percent-encode sets of the standard.
var (
	controlSet      = newSet("")
	fragmentSet     = newSet(" \"<>`")
	querySet        = newSet(" \"#<>")
	specialQuerySet = newSet("'", querySet)
	pathSet         = newSet("?^`{}", querySet)
	userinfoSet     = newSet("/:;=@[\\]|", pathSet)
	formSet         = newSet("$%&+,!'()~", userinfoSet)
)

// encode writes s with the characters of the set percent-encoded.
func encode(s string, in set) string {
	var b strings.Builder
	for _, c := range s {
		encodeRune(&b, c, in)
	}
	return b.String()
}

func encodeRune(b *strings.Builder, c rune, in set) {
	if !in.has(c) {
		b.WriteRune(c)
		return
	}
	const digits = "0123456789ABCDEF"
	for _, x := range utf8.AppendRune(nil, c) {
		b.Write([]byte{'%', digits[x>>4], digits[x&15]})
	}
}

// decode undoes percent-encoding. A percent sign without two digits is one.
func decode(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0 {
			out = append(out, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// text decodes UTF-8 as the Encoding Standard does: each longest beginning of
// a sequence that is cut short becomes one U+FFFD. Go would make one of each
// byte.
func text(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		c, n := utf8.DecodeRune(b)
		if c == utf8.RuneError && n == 1 {
			n = cut(b)
		}
		out.WriteRune(c)
		b = b[n:]
	}
	return out.String()
}

// cut is the length of a sequence that is cut short, at least 1.
func cut(b []byte) int {
	need, low, high := 0, byte(0x80), byte(0xbf)
	switch c := b[0]; {
	case 0xc2 <= c && c <= 0xdf:
		need = 1
	case 0xe0 <= c && c <= 0xef:
		need = 2
	case 0xf0 <= c && c <= 0xf4:
		need = 3
	}
	switch b[0] {
	case 0xe0:
		low = 0xa0
	case 0xed:
		high = 0x9f
	case 0xf0:
		low = 0x90
	case 0xf4:
		high = 0x8f
	}
	n := 1
	for n <= need && n < len(b) && low <= b[n] && b[n] <= high {
		n, low, high = n+1, 0x80, 0xbf
	}
	return n
}
