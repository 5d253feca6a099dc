package wire

import (
	"bytes"
	"iter"
	"strconv"
)

// Fields yields the header fields of the response, in their order, with the
// names as they were written.
func (res *Response) Fields() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		_, rest := cutLine(res.Head)
		for len(rest) > 0 {
			var line []byte
			if line, rest = cutLine(rest); len(line) == 0 {
				return
			}
			if name, value, ok := cutField(line); ok && !yield(name, value) {
				return
			}
		}
	}
}

// Field returns the first field of that name, which is to be in lower case;
// nil if there is none.
func (res *Response) Field(lower string) []byte {
	_, rest := cutLine(res.Head)
	for len(rest) > 0 {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			i = len(rest) - 1
		}
		if n := len(lower); i > n && rest[n] == ':' && equalFold(rest[:n], lower) {
			line, _ := cutLine(rest[:i+1])
			return trim(line[n+1:])
		}
		rest = rest[i+1:]
	}
	return nil
}

// StatusText is the status with the reason that the server gave, such as
// "200 OK".
func (res *Response) StatusText() string {
	if res.Status == 0 {
		return ""
	}
	if line, _ := cutLine(res.Head); len(line) > len("HTTP/1.1 200") {
		return string(trim(line[len("HTTP/1.1 "):]))
	}
	return strconv.Itoa(res.Status)
}
