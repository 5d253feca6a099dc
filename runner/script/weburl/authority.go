package weburl

import (
	"strconv"
	"strings"
)

// authority reads credentials, if any, and goes back to where the host begins.
func (p *parser) authority() verdict {
	c := p.c()
	switch {
	case c == '@':
		p.addCredentials()
	case p.ends(c):
		if p.atSign && len(p.buf) == 0 {
			return fail
		}
		p.pos -= len(p.buf) + 1
		p.buf = nil
		return p.next(host)
	default:
		p.buf = append(p.buf, c)
	}
	return proceed
}

// addCredentials takes what stands before an at sign. A further at sign
// belongs to the credentials.
func (p *parser) addCredentials() {
	if p.atSign {
		p.buf = append([]rune("%40"), p.buf...)
	}
	p.atSign = true
	name, word := string(p.buf), ""
	if p.passwordToken {
		name, word = "", name
	} else {
		name, word, p.passwordToken = strings.Cut(name, ":")
	}
	p.url.username += encode(name, userinfoSet)
	p.url.password += encode(word, userinfoSet)
	p.buf = nil
}

func (p *parser) host() verdict {
	c := p.c()
	switch {
	case p.override != none && p.url.scheme == "file":
		return p.again(fileHost)
	case c == ':' && !p.inBrackets:
		if len(p.buf) == 0 || p.override == hostname || !p.takeHost() {
			return fail
		}
		return p.next(port)
	case p.ends(c):
		empty := len(p.buf) == 0
		if empty && (p.url.special() || (p.override != none && (p.url.credentials() || p.url.port != noPort))) {
			return fail
		}
		if !p.takeHost() {
			return fail
		}
		if p.override != none {
			return stop
		}
		return p.again(pathStart)
	case c == '[':
		p.inBrackets = true
	case c == ']':
		p.inBrackets = false
	}
	p.buf = append(p.buf, c)
	return proceed
}

func (p *parser) takeHost() bool {
	h, ok := parseHost(string(p.buf), !p.url.special())
	if ok {
		p.url.host, p.buf = &h, nil
	}
	return ok
}

func (p *parser) port() verdict {
	c := p.c()
	switch {
	case isDigit(c):
		p.buf = append(p.buf, c)
		return proceed
	case !p.ends(c) && p.override == none:
		return fail
	}
	if len(p.buf) > 0 {
		n, err := strconv.ParseUint(string(p.buf), 10, 16)
		if err != nil {
			return fail
		}
		p.url.port, p.buf = int(n), nil
		p.url.forgetPort()
		if p.override != none {
			return stop
		}
	}
	if p.override != none {
		return fail
	}
	return p.again(pathStart)
}

func (p *parser) fileHost() verdict {
	c := p.c()
	if c != eof && c != '/' && c != '\\' && c != '?' && c != '#' {
		p.buf = append(p.buf, c)
		return proceed
	}
	switch {
	case p.override == none && isDrive(p.buf):
		return p.again(path) // with the letter in the buffer: it was no host
	case !p.takeFileHost():
		return fail
	case p.override != none:
		return stop
	}
	return p.again(pathStart)
}

// takeFileHost takes a host, which may be empty, as this machine's is.
func (p *parser) takeFileHost() bool {
	empty := ""
	if len(p.buf) == 0 {
		p.url.host = &empty
		return true
	}
	if !p.takeHost() {
		return false
	}
	if *p.url.host == "localhost" {
		p.url.host = &empty
	}
	return true
}
