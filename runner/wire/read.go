package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// reader reads a response through a buffer.
type reader struct {
	conn        *Conn
	deadline    time.Time
	buf         []byte
	r, w        int // buf[r:w] was received and not yet used
	grown       bool
	first, last time.Time // when the first and the last bytes came
}

func (r *reader) unread() int { return r.w - r.r }

// fill receives more bytes.
func (r *reader) fill() error {
	if r.r > 0 {
		r.w = copy(r.buf, r.buf[r.r:r.w])
		r.r = 0
	}
	if r.w == len(r.buf) {
		if len(r.buf) >= maxHead {
			return malformed("the header is longer than %d bytes", maxHead)
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
		r.grown = true
	}
	n, err := r.receive(r.buf[r.w:])
	r.w += n
	return err
}

// receive reads what has come into b, waiting for the first byte of it.
func (r *reader) receive(b []byte) (int, error) {
	for {
		n, err := r.conn.net.Read(b)
		if n > 0 {
			r.last = time.Now()
			if r.first.IsZero() {
				r.first = r.last
			}
			return n, nil // what else went wrong, the next read says again
		}
		if err == nil {
			err = io.ErrNoProgress
		}
		if !r.conn.again(err, r.deadline) {
			return 0, fmt.Errorf("read: %w", err)
		}
	}
}

// readHead reads the head of the final response; interim ones are dropped.
func (res *Response) readHead(r *reader) (framing, error) {
	for {
		n := headEnd(r.buf[r.r:r.w])
		for n == 0 {
			if err := r.fill(); err != nil {
				return framing{}, cutOff(err, r.unread() > 0)
			}
			n = headEnd(r.buf[r.r:r.w])
		}
		head := r.buf[r.r : r.r+n]
		f, err := res.parseHead(head)
		if err != nil {
			return f, err
		}
		r.r += n
		if res.Status >= 200 || res.Status == 101 {
			res.keepHead(head, r, f)
			return f, nil
		}
	}
}

// keepHead copies the head, with room for a body that fits beside it.
func (res *Response) keepHead(head []byte, r *reader, f framing) {
	room := 0
	if f.length > 0 && f.length <= int64(r.unread()) {
		room = int(f.length)
	}
	kept := make([]byte, len(head), len(head)+room)
	copy(kept, head)
	res.Head = kept[:len(head):len(head)]
	res.Body = kept[len(head):len(head):cap(kept)] // readBody's, if it fits
}

// cutOff names an end that came too early.
func cutOff(err error, begun bool) error {
	if begun && errors.Is(err, io.EOF) {
		return fmt.Errorf("the connection was closed in the middle of the response: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// readBody reads the body.
func (res *Response) readBody(r *reader, req *Request, f *framing) error {
	b := body{reader: r, into: res.Body, discard: req.Discard}
	res.Body = nil
	var err error
	switch {
	case req.HeadOnly || res.Status == 204 || res.Status == 304 || res.Status < 200:
	case f.chunked:
		err = b.chunks()
	case f.length >= 0:
		err = b.take(f.length)
	default:
		f.close = true
		err = b.toEnd()
	}
	res.Length = b.length
	if !req.Discard && err == nil {
		if res.Body = b.into; res.Body == nil {
			res.Body = []byte{}
		}
	}
	return err
}

// body is a body that is being read.
type body struct {
	*reader
	into    []byte
	discard bool
	length  int64
}

// maxBody bounds a body that is kept: more than a script can do anything with.
const maxBody = 1 << 30

// take reads n bytes of the body.
func (b *body) take(n int64) error {
	if !b.discard && b.length+n > maxBody {
		return fmt.Errorf("the body is longer than %d bytes: use responseType \"none\"", maxBody)
	}
	if have := min(n, int64(b.unread())); have > 0 {
		b.keep(b.buf[b.r : b.r+int(have)])
		b.r += int(have)
		n -= have
	}
	if n == 0 {
		return nil
	}
	if b.discard {
		return b.drop(n)
	}
	return b.read(n)
}

func (b *body) keep(p []byte) {
	b.length += int64(len(p))
	if !b.discard {
		b.into = append(b.into, p...)
	}
}

// drop reads n bytes that nobody wants.
func (b *body) drop(n int64) error {
	for n > 0 {
		m, err := b.receive(b.buf[:min(n, int64(len(b.buf)))])
		if err != nil {
			return cutOff(err, true)
		}
		b.length += int64(m)
		n -= int64(m)
	}
	return nil
}

// read reads n bytes straight to where they stay. A length that a server only
// claims costs memory step by step, as the bytes come.
func (b *body) read(n int64) error {
	for n > 0 {
		step := int(min(n, int64(max(len(b.into), 64<<10))))
		have := len(b.into)
		b.into = append(b.into, make([]byte, step)...)
		m, err := b.receive(b.into[have : have+step])
		b.into = b.into[:have+m]
		b.length += int64(m)
		n -= int64(m)
		if err != nil {
			return cutOff(err, true)
		}
	}
	return nil
}

// toEnd reads until the connection ends.
func (b *body) toEnd() error {
	for {
		if err := b.take(int64(b.unread())); err != nil {
			return err
		}
		err := b.fill()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// chunks reads a chunked body with its trailer (RFC 9112, 7.1).
func (b *body) chunks() error {
	for {
		line, err := b.line()
		if err != nil {
			return err
		}
		size, err := chunkSize(line)
		if err != nil {
			return err
		}
		if size == 0 {
			return b.trailer()
		}
		if err := b.take(size); err != nil {
			return err
		}
		if line, err = b.line(); err != nil {
			return err
		}
		if len(line) > 0 {
			return malformed("a chunk does not end where it should")
		}
	}
}

// chunkSize reads the size of a chunk; extensions after it are ignored.
func chunkSize(line []byte) (int64, error) {
	digits, _, _ := bytes.Cut(line, []byte(";"))
	digits = trim(digits)
	size, err := strconv.ParseUint(string(digits), 16, 62)
	if err != nil || digits[0] == '+' {
		return 0, malformed("%.40q is no size of a chunk", line)
	}
	return int64(size), nil
}

// trailer drops the fields after the last chunk.
func (b *body) trailer() error {
	for {
		line, err := b.line()
		if err != nil || len(line) == 0 {
			return err
		}
		if _, _, ok := cutField(line); !ok {
			return malformed("%.60q is no trailer field", line)
		}
	}
}

// line reads one line; it is valid until the next read.
func (b *body) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(b.buf[b.r:b.w], '\n'); i >= 0 {
			line, _ := cutLine(b.buf[b.r : b.r+i+1])
			b.r += i + 1
			return line, nil
		}
		if b.unread() > 4<<10 {
			return nil, malformed("a line of a chunked body is longer than 4 KiB")
		}
		if err := b.fill(); err != nil {
			return nil, cutOff(err, true)
		}
	}
}
