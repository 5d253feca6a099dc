package k6html

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

var errRelative = errors.New("it is relative, and the URL of its page is not known")

// parseURL reads a URL as browsers do (URL standard) as far as net/url can
// hold the result: white space around it, tabs and line ends in it do not
// count, backslashes are slashes, and what must be escaped is. base may be
// nil.
func parseURL(ref string, base *url.URL) (*url.URL, error) {
	clean := ignored.Replace(strings.TrimFunc(ref, func(r rune) bool { return r <= ' ' }))
	if base == nil {
		base = &url.URL{}
	}
	if scheme(clean, base.Scheme) != "" {
		clean = slashes(clean)
	}
	to, err := url.Parse(unambiguous(escape(clean)))
	if err != nil {
		return nil, fmt.Errorf("%q is no URL: %w", ref, errors.Unwrap(err))
	}
	u := base.ResolveReference(to)
	u.Fragment, u.RawFragment = to.Fragment, to.RawFragment // the base's is not inherited
	if !u.IsAbs() {
		return nil, fmt.Errorf("%q: %w", ref, errRelative)
	}
	return u, normalise(u)
}

var ignored = strings.NewReplacer("\t", "", "\n", "", "\r", "")

var hasScheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):`)

// scheme is the scheme that a URL has, or inherits, if it is one of the web's;
// "" if it is another.
func scheme(ref, inherited string) string {
	if m := hasScheme.FindStringSubmatch(ref); m != nil {
		inherited = m[1]
	}
	switch s := strings.ToLower(inherited); s {
	case "http", "https":
		return s
	}
	return ""
}

// slashes turns the backslashes before query and fragment into slashes.
func slashes(ref string) string {
	end := strings.IndexAny(ref, "?#")
	if end < 0 {
		end = len(ref)
	}
	return strings.ReplaceAll(ref[:end], `\`, "/") + ref[end:]
}

// unambiguous keeps net/url from looking for a scheme where there is none, as
// in "a b:c".
func unambiguous(ref string) string {
	if i := strings.IndexAny(ref, ":/?#"); i >= 0 && ref[i] == ':' && !hasScheme.MatchString(ref) {
		return "./" + ref
	}
	return ref
}

// escape escapes what may not stand in a URL. net/url does not take percent
// signs that begin no escape outside of queries, so these are escaped too.
func escape(ref string) string {
	fragment := len(ref)
	if i := strings.IndexByte(ref, '#'); i >= 0 {
		fragment = i
	}
	query := fragment
	if i := strings.IndexByte(ref[:fragment], '?'); i >= 0 {
		query = i
	}
	var b strings.Builder
	for i := range len(ref) {
		c, bad := ref[i], ""
		broken := c == '%' && !escaped(ref[i:]) && (i < query || i >= fragment)
		switch {
		case i < query:
			bad = "\"<>^`{}|"
		case i < fragment:
			bad = "\"<>'"
		default:
			bad = "\"<>`"
		}
		if c <= ' ' || c >= 0x7f || strings.IndexByte(bad, c) >= 0 || broken {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func escaped(s string) bool { return len(s) >= 3 && isHex(s[1]) && isHex(s[2]) }

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// normalise writes the host as it is looked up, and leaves out the port that
// goes without saying.
func normalise(u *url.URL) error {
	if scheme(u.Scheme+":", "") == "" {
		return nil
	}
	if u.Host == "" || u.Opaque != "" {
		return fmt.Errorf("%q is no URL: it has no host", u)
	}
	host, port := u.Hostname(), u.Port()
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		ascii = strings.ToLower(host) // an address, or a name that only this network knows
	}
	if strings.Contains(ascii, ":") {
		ascii = "[" + ascii + "]"
	}
	if port != "" && port != defaultPorts[u.Scheme] {
		ascii += ":" + port
	}
	u.Host = ascii
	if u.Path == "" {
		u.Path = "/"
	}
	return nil
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}
