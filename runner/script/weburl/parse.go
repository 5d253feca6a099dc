package weburl

import "strings"

// state is a state of the standard's URL parser.
type state int

const (
	none state = iota
	schemeStart
	scheme
	noScheme
	specialRelativeOrAuthority
	pathOrAuthority
	relative
	relativeSlash
	specialAuthoritySlashes
	specialAuthorityIgnoreSlashes
	authority
	host
	hostname
	port
	file
	fileSlash
	fileHost
	pathStart
	path
	opaquePath
	query
	fragment
)

// eof is the character after the last.
const eof rune = -1

// verdict is what a step of the parser comes to.
type verdict int

const (
	proceed verdict = iota
	stop            // the URL is complete
	fail            // it is none
)

// parser is the standard's basic URL parser under way. With an override, it
// sets one part of a URL.
type parser struct {
	in        []rune
	pos       int
	url, base *URL
	state     state
	override  state // none: a whole URL is parsed
	buf       []rune

	atSign, inBrackets, passwordToken bool
}

// Parse reads a URL, which may be relative to a base.
func Parse(s string, base *URL) (*URL, bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	p := &parser{in: input(s), url: &URL{port: noPort}, base: base, state: schemeStart}
	return p.url, p.run()
}

// input are the characters of s but for tabs and newlines.
func input(s string) []rune {
	return []rune(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s))
}

// apply sets a part of a URL by starting the parser in a state. What is no
// such part changes nothing.
func (u *URL) apply(s string, at state) {
	p := &parser{in: input(s), url: u, state: at, override: at}
	p.run()
}

func (p *parser) run() bool {
	for {
		switch p.step() {
		case stop:
			return true
		case fail:
			return false
		}
		if p.pos >= len(p.in) {
			return true
		}
		p.pos++
	}
}

// c is the character at the pointer.
func (p *parser) c() rune { return p.peek(0) }

func (p *parser) peek(n int) rune {
	if i := p.pos + n; i < len(p.in) {
		return p.in[i]
	}
	return eof
}

// again takes the same character in another state.
func (p *parser) again(s state) verdict {
	p.pos--
	return p.next(s)
}

func (p *parser) next(s state) verdict {
	p.state = s
	return proceed
}

// slash tells whether c separates segments of the URL's path.
func (p *parser) slash(c rune) bool { return c == '/' || (c == '\\' && p.url.special()) }

// ends tells whether c ends what can come before a path.
func (p *parser) ends(c rune) bool { return c == eof || c == '?' || c == '#' || p.slash(c) }

// tail goes on with the query or fragment that c begins, if it does.
func (p *parser) tail(c rune) bool {
	empty := ""
	switch c {
	case '?':
		p.url.query, p.state = &empty, query
	case '#':
		p.url.fragment, p.state = &empty, fragment
	default:
		return false
	}
	return true
}

func (p *parser) step() verdict {
	switch p.state {
	case schemeStart:
		return p.schemeStart()
	case scheme:
		return p.scheme()
	case noScheme:
		return p.noScheme()
	case specialRelativeOrAuthority:
		return p.slashes(specialAuthorityIgnoreSlashes, relative)
	case pathOrAuthority:
		if p.c() == '/' {
			return p.next(authority)
		}
		return p.again(path)
	case relative:
		return p.relative()
	case relativeSlash:
		return p.relativeSlash()
	case specialAuthoritySlashes:
		return p.slashes(specialAuthorityIgnoreSlashes, specialAuthorityIgnoreSlashes)
	case specialAuthorityIgnoreSlashes:
		if c := p.c(); c == '/' || c == '\\' {
			return proceed
		}
		return p.again(authority)
	case authority:
		return p.authority()
	case host, hostname:
		return p.host()
	case port:
		return p.port()
	}
	return p.stepPath()
}

// slashes takes two slashes.
func (p *parser) slashes(both, otherwise state) verdict {
	if p.c() == '/' && p.peek(1) == '/' {
		p.pos++
		return p.next(both)
	}
	return p.again(otherwise)
}

func (p *parser) schemeStart() verdict {
	c := p.c()
	switch {
	case isAlpha(c):
		p.buf = append(p.buf, c|0x20)
		return p.next(scheme)
	case p.override == none:
		return p.again(noScheme)
	}
	return fail
}

func isAlpha(c rune) bool { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') }

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

func (p *parser) scheme() verdict {
	c := p.c()
	switch {
	case isAlpha(c):
		p.buf = append(p.buf, c|0x20)
		return proceed
	case isDigit(c) || c == '+' || c == '-' || c == '.':
		p.buf = append(p.buf, c)
		return proceed
	case c == ':' && p.override != none:
		p.changeScheme(string(p.buf))
		return stop
	case c == ':':
		p.url.scheme, p.buf = string(p.buf), nil
		return p.afterScheme()
	case p.override == none:
		p.buf, p.pos = nil, -1 // from the start
		return p.next(noScheme)
	}
	return fail
}

// changeScheme replaces the scheme by one of the same sort.
func (p *parser) changeScheme(to string) {
	u := p.url
	switch {
	case u.special() != isSpecial(to):
	case to == "file" && (u.credentials() || u.port != noPort):
	case u.scheme == "file" && u.Hostname() == "":
	default:
		u.scheme = to
		u.forgetPort()
	}
}

// forgetPort drops a port that is that of the scheme.
func (u *URL) forgetPort() {
	if d, ok := special[u.scheme]; ok && d == u.port {
		u.port = noPort
	}
}

func (p *parser) afterScheme() verdict {
	switch {
	case p.url.scheme == "file":
		return p.next(file)
	case p.url.special() && p.base != nil && p.base.scheme == p.url.scheme:
		return p.next(specialRelativeOrAuthority)
	case p.url.special():
		return p.next(specialAuthoritySlashes)
	case p.peek(1) == '/':
		p.pos++
		return p.next(pathOrAuthority)
	}
	p.url.path, p.url.opaque = []string{""}, true
	return p.next(opaquePath)
}

func (p *parser) noScheme() verdict {
	switch b := p.base; {
	case b == nil || (b.opaque && p.c() != '#'):
		return fail
	case b.opaque:
		p.url = b.clone()
		p.tail('#')
		return proceed
	case b.scheme != "file":
		return p.again(relative)
	}
	return p.again(file)
}

func (p *parser) relative() verdict {
	c := p.c()
	p.url.scheme = p.base.scheme
	if p.slash(c) {
		return p.next(relativeSlash)
	}
	p.url = p.base.clone()
	p.url.fragment = nil
	if p.tail(c) || c == eof {
		return proceed
	}
	p.url.query = nil
	p.url.shorten()
	return p.again(path)
}

func (p *parser) relativeSlash() verdict {
	switch c := p.c(); {
	case p.slash(c) && p.url.special():
		return p.next(specialAuthorityIgnoreSlashes)
	case c == '/':
		return p.next(authority)
	}
	b := p.base
	p.url.username, p.url.password, p.url.host, p.url.port = b.username, b.password, b.host, b.port
	return p.again(path)
}
