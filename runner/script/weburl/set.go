package weburl

import "strings"

// Set sets a part of the URL as the property of that name does in a browser:
// protocol, username, password, host, hostname, port, pathname, search or
// hash. What cannot be set stays as it is; ok is false if there is no such
// property.
func (u *URL) Set(property, value string) (ok bool) {
	switch property {
	case "protocol":
		u.apply(value+":", schemeStart)
	case "username", "password":
		u.setCredential(property, encode(value, userinfoSet))
	case "host":
		u.setUnlessOpaque(value, host)
	case "hostname":
		u.setUnlessOpaque(value, hostname)
	case "port":
		u.setPort(value)
	case "pathname":
		if !u.opaque {
			u.path = nil
			u.apply(value, pathStart)
		}
	case "search":
		u.query = u.setTail(value, "?", query)
	case "hash":
		u.fragment = u.setTail(value, "#", fragment)
	default:
		return false
	}
	return true
}

func (u *URL) setCredential(property, value string) {
	switch {
	case u.bare():
	case property == "username":
		u.username = value
	default:
		u.password = value
	}
}

func (u *URL) setUnlessOpaque(value string, at state) {
	if !u.opaque {
		u.apply(value, at)
	}
}

func (u *URL) setPort(value string) {
	switch {
	case u.bare():
	case value == "":
		u.port = noPort
	default:
		u.apply(value, port)
	}
}

// setTail parses a query or fragment; an empty one is none.
func (u *URL) setTail(value, prefix string, at state) *string {
	if value == "" {
		return nil
	}
	empty := ""
	c := &URL{scheme: u.scheme, port: noPort, query: &empty, fragment: &empty}
	c.apply(strings.TrimPrefix(value, prefix), at)
	if at == query {
		return c.query
	}
	return c.fragment
}
