package weburl

import "strings"

func (p *parser) stepPath() verdict {
	switch p.state {
	case file:
		return p.file()
	case fileSlash:
		return p.fileSlash()
	case fileHost:
		return p.fileHost()
	case pathStart:
		return p.pathStart()
	case path:
		return p.path()
	case opaquePath:
		return p.opaquePath()
	case query:
		return p.query()
	}
	return p.fragment()
}

// isDrive tells whether s is a drive letter, as in "C:" or "C|".
func isDrive(s []rune) bool {
	return len(s) == 2 && isAlpha(s[0]) && (s[1] == ':' || s[1] == '|')
}

func normalDrive(s string) bool { return isDrive([]rune(s)) && s[1] == ':' }

// driveNext tells whether a drive letter begins at the pointer.
func (p *parser) driveNext() bool {
	if !isDrive([]rune{p.c(), p.peek(1)}) {
		return false
	}
	switch p.peek(2) {
	case eof, '/', '\\', '?', '#':
		return true
	}
	return false
}

func (p *parser) file() verdict {
	c, empty := p.c(), ""
	p.url.scheme, p.url.host = "file", &empty
	switch b := p.base; {
	case c == '/' || c == '\\':
		return p.next(fileSlash)
	case b == nil || b.scheme != "file":
		return p.again(path)
	default:
		p.url = b.clone()
		p.url.fragment = nil
	}
	if p.tail(c) || c == eof {
		return proceed
	}
	p.url.query = nil
	if p.driveNext() {
		p.url.path = nil
	} else {
		p.url.shorten()
	}
	return p.again(path)
}

func (p *parser) fileSlash() verdict {
	if c := p.c(); c == '/' || c == '\\' {
		return p.next(fileHost)
	}
	if b := p.base; b != nil && b.scheme == "file" {
		p.url.host = b.host
		if !p.driveNext() && len(b.path) > 0 && normalDrive(b.path[0]) {
			p.url.path = append(p.url.path, b.path[0])
		}
	}
	return p.again(path)
}

func (p *parser) pathStart() verdict {
	c := p.c()
	switch {
	case p.url.special():
		if p.slash(c) {
			return p.next(path)
		}
		return p.again(path)
	case p.override == none && p.tail(c):
		return proceed
	case c == '/':
		return p.next(path)
	case c != eof:
		return p.again(path)
	case p.override != none && p.url.host == nil:
		p.url.path = append(p.url.path, "")
	}
	return proceed
}

// path takes one segment after the other.
func (p *parser) path() verdict {
	c := p.c()
	if c != eof && !p.slash(c) && (p.override != none || (c != '?' && c != '#')) {
		p.buf = append(p.buf, c)
		return proceed
	}
	segment := encode(string(p.buf), pathSet)
	p.buf = nil
	switch {
	case doubleDot(segment):
		p.url.shorten()
		if !p.slash(c) {
			p.url.path = append(p.url.path, "")
		}
	case singleDot(segment):
		if !p.slash(c) {
			p.url.path = append(p.url.path, "")
		}
	default:
		if p.url.scheme == "file" && len(p.url.path) == 0 && isDrive([]rune(segment)) {
			segment = segment[:1] + ":"
		}
		p.url.path = append(p.url.path, segment)
	}
	p.tail(c)
	return proceed
}

func singleDot(s string) bool { return s == "." || strings.EqualFold(s, "%2e") }

func doubleDot(s string) bool {
	return s == ".." || strings.EqualFold(s, ".%2e") || strings.EqualFold(s, "%2e.") || strings.EqualFold(s, "%2e%2e")
}

func (p *parser) opaquePath() verdict {
	c := p.c()
	if c != eof && !p.tail(c) {
		p.buf = append(p.buf, c)
		return proceed
	}
	s := encode(string(p.buf), controlSet)
	if c != eof && strings.HasSuffix(s, " ") {
		s = s[:len(s)-1] + "%20" // or else it would be lost with what follows
	}
	p.url.path, p.buf = []string{s}, nil
	return proceed
}

func (p *parser) query() verdict {
	c := p.c()
	if c != eof && (c != '#' || p.override != none) {
		p.buf = append(p.buf, c)
		return proceed
	}
	in := querySet
	if p.url.special() {
		in = specialQuerySet
	}
	q := encode(string(p.buf), in)
	p.url.query, p.buf = &q, nil
	p.tail(c)
	return proceed
}

func (p *parser) fragment() verdict {
	if c := p.c(); c != eof {
		p.buf = append(p.buf, c)
		return proceed
	}
	f := encode(string(p.buf), fragmentSet)
	p.url.fragment = &f
	return proceed
}
