package weburl

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Characters that no host, and no domain, may hold.
const (
	forbiddenInHost   = "\x00\t\n\r #/:<>?@[\\]^|"
	forbiddenInDomain = forbiddenInHost + "%\x7f" +
		"\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
)

// parseHost reads a host. That of a scheme without special rules is opaque.
func parseHost(s string, opaque bool) (string, bool) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return "", false
		}
		return parseIPv6(inner)
	}
	if opaque {
		return encode(s, controlSet), !strings.ContainsAny(s, forbiddenInHost)
	}
	domain, ok := domainToASCII(text(decode(s)))
	if !ok || domain == "" || strings.ContainsAny(domain, forbiddenInDomain) {
		return "", false
	}
	if endsInNumber(domain) {
		return parseIPv4(domain)
	}
	return domain, true
}

// profile is UTS #46 with the flags of the URL Standard.
var profile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.CheckJoiners(true), idna.BidiRule(), idna.VerifyDNSLength(false))

func domainToASCII(s string) (string, bool) {
	lower := strings.ToLower(s)
	if isASCII(s) && !strings.HasPrefix(lower, "xn--") && !strings.Contains(lower, ".xn--") {
		return lower, true
	}
	out, err := profile.ToASCII(s)
	return out, err == nil && !mixed(s)
}

// ignored are characters that the mapping of UTS #46 drops.
var ignored = strings.NewReplacer("\u00ad", "", "\u200b", "", "\u2060", "", "\ufeff", "", "\u3002", ".")

// mixed tells whether a label claims to be Punycode and is not ASCII, which
// package idna lets pass.
func mixed(domain string) bool {
	for label := range strings.SplitSeq(strings.ToLower(norm.NFKC.String(ignored.Replace(domain))), ".") {
		if strings.HasPrefix(label, "xn--") && !isASCII(label) {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// parseIPv6 reads an address and writes it with its longest run of zeros left
// out.
func parseIPv6(s string) (string, bool) {
	addr, err := netip.ParseAddr(s)
	if err != nil || !addr.Is6() || addr.Zone() != "" || strings.Contains(s, "%") {
		return "", false
	}
	b := addr.As16()
	var piece [8]uint16
	for i := range piece {
		piece[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	begin, length := longestZeros(piece)
	out := ""
	for i := 0; i < len(piece); i++ {
		if i == begin && length > 1 {
			out += "::"
			i += length - 1
			continue
		}
		if out != "" && !strings.HasSuffix(out, ":") {
			out += ":"
		}
		out += strconv.FormatUint(uint64(piece[i]), 16)
	}
	return "[" + out + "]", true
}

func longestZeros(piece [8]uint16) (begin, length int) {
	for i := range piece {
		n := 0
		for i+n < len(piece) && piece[i+n] == 0 {
			n++
		}
		if n > length {
			begin, length = i, n
		}
	}
	return begin, length
}

// endsInNumber tells whether a host must be an IPv4 address or nothing.
func endsInNumber(s string) bool {
	parts := strings.Split(s, ".")
	last := len(parts) - 1
	if parts[last] == "" {
		if last == 0 {
			return false
		}
		last--
	}
	if parts[last] != "" && strings.Trim(parts[last], "0123456789") == "" {
		return true
	}
	_, ok := ipv4Number(parts[last])
	return ok
}

// ipv4Number reads a part of an address: decimal, octal or hexadecimal.
func ipv4Number(s string) (float64, bool) {
	if s == "" {
		return 0, false
	}
	base := 10
	if len(s) >= 2 && s[0] == '0' {
		if s[1] == 'x' || s[1] == 'X' {
			base, s = 16, s[2:]
		} else {
			base, s = 8, s[1:]
		}
	}
	n := 0.0 // beyond 2^53 it only matters that it is large
	for i := range len(s) {
		d := hexDigit(s[i])
		if d < 0 || d >= base {
			return 0, false
		}
		n = n*float64(base) + float64(d)
	}
	return n, true
}

// parseIPv4 reads an address of one to four numbers; the last fills what the
// others leave.
func parseIPv4(s string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(s, "."), ".")
	if len(parts) > 4 {
		return "", false
	}
	var address float64
	for i, part := range parts {
		n, ok := ipv4Number(part)
		last := i == len(parts)-1
		switch {
		case !ok, !last && n > 255, last && n >= math.Pow(256, float64(5-len(parts))):
			return "", false
		case last:
			address += n
		default:
			address += n * math.Pow(256, float64(3-i))
		}
	}
	a := uint32(address)
	return fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255), true
}
