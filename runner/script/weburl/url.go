// Package weburl is the URL Standard of the WHATWG (url.spec.whatwg.org): the
// parser, the setters and the serialisation that a browser has, and the
// format application/x-www-form-urlencoded. What net/url does differs in too
// many cases for scripts that were written against the standard.
package weburl

import (
	"slices"
	"strconv"
	"strings"
)

// URL is a URL that was parsed.
type URL struct {
	scheme             string
	username, password string
	host               *string // as it is written, in lower case; nil: there is none
	port               int     // noPort: there is none, or it is that of the scheme
	path               []string
	opaque             bool // path[0] is the whole path, which has no segments
	query, fragment    *string
}

const noPort = -1

// special are the schemes that the standard treats apart, with their ports.
var special = map[string]int{"ftp": 21, "file": noPort, "http": 80, "https": 443, "ws": 80, "wss": 443}

func isSpecial(scheme string) bool {
	_, ok := special[scheme]
	return ok
}

func (u *URL) special() bool { return isSpecial(u.scheme) }

func (u *URL) credentials() bool { return u.username != "" || u.password != "" }

// bare tells whether the URL can have neither credentials nor a port.
func (u *URL) bare() bool { return u.host == nil || *u.host == "" || u.scheme == "file" }

func (u *URL) clone() *URL {
	c := *u
	c.path = slices.Clone(u.path)
	return &c
}

// shorten drops the last segment of the path, but no drive letter.
func (u *URL) shorten() {
	if u.scheme == "file" && len(u.path) == 1 && normalDrive(u.path[0]) {
		return
	}
	if len(u.path) > 0 {
		u.path = u.path[:len(u.path)-1]
	}
}

// Href is the whole URL.
func (u *URL) Href() string {
	var b strings.Builder
	b.WriteString(u.scheme + ":")
	switch {
	case u.host != nil:
		b.WriteString("//")
		if u.credentials() {
			b.WriteString(u.username)
			if u.password != "" {
				b.WriteString(":" + u.password)
			}
			b.WriteString("@")
		}
		b.WriteString(u.Host())
	case !u.opaque && len(u.path) > 1 && u.path[0] == "":
		b.WriteString("/.") // or else the path would be read as a host
	}
	b.WriteString(u.Pathname())
	if u.query != nil {
		b.WriteString("?" + *u.query)
	}
	if u.fragment != nil {
		b.WriteString("#" + *u.fragment)
	}
	return b.String()
}

// Origin is scheme, host and port, or "null" where there is no such thing.
func (u *URL) Origin() string {
	switch u.scheme {
	case "blob":
		inner, ok := Parse(u.Pathname(), nil)
		if ok && (inner.scheme == "http" || inner.scheme == "https") {
			return inner.Origin()
		}
	case "ftp", "http", "https", "ws", "wss":
		return u.scheme + "://" + u.Host()
	}
	return "null"
}

// Protocol is the scheme with its colon.
func (u *URL) Protocol() string { return u.scheme + ":" }

// Username is the user name, percent-encoded.
func (u *URL) Username() string { return u.username }

// Password is the password, percent-encoded.
func (u *URL) Password() string { return u.password }

// Hostname is the host without its port.
func (u *URL) Hostname() string {
	if u.host == nil {
		return ""
	}
	return *u.host
}

// Host is the host with its port.
func (u *URL) Host() string {
	if u.port == noPort {
		return u.Hostname()
	}
	return u.Hostname() + ":" + u.Port()
}

// Port is the port, "" if it is that of the scheme.
func (u *URL) Port() string {
	if u.port == noPort {
		return ""
	}
	return strconv.Itoa(u.port)
}

// Pathname is the path.
func (u *URL) Pathname() string {
	if u.opaque {
		return u.path[0]
	}
	var b strings.Builder
	for _, segment := range u.path {
		b.WriteString("/" + segment)
	}
	return b.String()
}

// Search is the query with its question mark, "" if it is empty.
func (u *URL) Search() string { return prefixed("?", u.query) }

// Hash is the fragment with its number sign, "" if it is empty.
func (u *URL) Hash() string { return prefixed("#", u.fragment) }

func prefixed(prefix string, s *string) string {
	if s == nil || *s == "" {
		return ""
	}
	return prefix + *s
}
