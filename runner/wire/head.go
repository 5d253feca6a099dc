package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// maxHead bounds the status line and header of a response.
const maxHead = 1 << 20

// errHead marks a response that is no HTTP.
var errHead = errors.New("malformed HTTP response")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errHead, fmt.Sprintf(format, args...))
}

// framing is how the end of a body is known.
type framing struct {
	length  int64 // -1: not given
	chunked bool
	close   bool // the connection ends with the response
	keep    bool // it does not, although HTTP/1.0 would have it so
}

// headEnd returns the length of the head at the beginning of b, with the empty
// line that ends it; 0 if b does not hold all of it.
func headEnd(b []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0
		}
		from += i + 1
		switch rest := b[from:]; {
		case len(rest) >= 1 && rest[0] == '\n':
			return from + 1
		case len(rest) >= 2 && rest[0] == '\r' && rest[1] == '\n':
			return from + 2
		}
	}
}

// parseHead reads the status line of a head and what of its header concerns
// the body and the connection.
func (r *Response) parseHead(head []byte) (framing, error) {
	f := framing{length: -1}
	line, rest := cutLine(head)
	if err := r.parseStatus(line); err != nil {
		return f, err
	}
	for len(rest) > 0 {
		if line, rest = cutLine(rest); len(line) == 0 {
			break
		}
		name, value, ok := cutField(line)
		if !ok {
			return f, malformed("%.60q is no header field", line)
		}
		if err := f.field(name, value); err != nil {
			return f, err
		}
	}
	if f.chunked {
		if r.Minor == 0 {
			return f, malformed("HTTP/1.0 knows no transfer encoding")
		}
		f.length = -1
	}
	f.close = f.close || (r.Minor == 0 && !f.keep)
	return f, nil
}

// parseStatus reads "HTTP/1.1 200 OK".
func (r *Response) parseStatus(line []byte) error {
	if len(line) < 12 || string(line[:7]) != "HTTP/1." || line[8] != ' ' || (line[7] != '0' && line[7] != '1') {
		return malformed("the status line is %.60q", line)
	}
	status := 0
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return malformed("the status line is %.60q", line)
		}
		status = status*10 + int(c-'0')
	}
	if status < 100 || (len(line) > 12 && line[12] != ' ') {
		return malformed("the status line is %.60q", line)
	}
	r.Status, r.Minor = status, int(line[7]-'0')
	return nil
}

// field takes note of one header field.
func (f *framing) field(name, value []byte) error {
	switch len(name) {
	case len("connection"):
		if equalFold(name, "connection") {
			f.connection(value)
		}
	case len("content-length"):
		if equalFold(name, "content-length") {
			return f.contentLength(value)
		}
	case len("transfer-encoding"):
		if equalFold(name, "transfer-encoding") {
			if !equalFold(value, "chunked") || f.chunked {
				return malformed("transfer encoding %.40q", value)
			}
			f.chunked = true
		}
	}
	return nil
}

func (f *framing) connection(value []byte) {
	for option := range bytes.SplitSeq(value, []byte(",")) {
		switch option = trim(option); {
		case equalFold(option, "close"):
			f.close, f.keep = true, false
		case equalFold(option, "keep-alive"):
			f.keep = true
		}
	}
}

func (f *framing) contentLength(value []byte) error {
	n, err := strconv.ParseUint(string(value), 10, 63)
	if err != nil || value[0] == '+' {
		return malformed("Content-Length %.40q", value)
	}
	if f.length >= 0 && f.length != int64(n) {
		return malformed("two lengths, %d and %d", f.length, n)
	}
	f.length = int64(n)
	return nil
}

// cutLine cuts the first line off b, without its end.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	line, rest = b[:i], b[i+1:]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	return line, rest
}

// cutField cuts a header line into name and value.
func cutField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		return nil, nil, false
	}
	for _, c := range line[:i] {
		if !token[c] {
			return nil, nil, false
		}
	}
	return line[:i], trim(line[i+1:]), true
}

// token are the characters of a field's name (RFC 9110, 5.6.2).
var token = func() (t [256]bool) {
	for c := range t {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		digit := c >= '0' && c <= '9'
		t[c] = letter || digit || bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), byte(c)) >= 0
	}
	return t
}()

// trim removes the optional white space around a value.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// equalFold compares with a lower-case ASCII text.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
