package wire

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Request is what is to be sent.
type Request struct {
	Head     []byte // request line and header with the empty line that ends it
	Body     []byte
	HeadOnly bool      // the method is HEAD: the response has no body
	Discard  bool      // the response's body is read and dropped
	Deadline time.Time // of the whole exchange
}

// Response is what came back.
type Response struct {
	Status int
	Minor  int    // HTTP/1.Minor
	Head   []byte // status line and header as they were received
	Body   []byte // nil if it was discarded
	Length int64  // of the body, also of a discarded one

	// The stages: the first byte was sent, the last byte was sent, the first
	// byte came, the last byte came. Stages that were not reached are zero.
	Started, Wrote, FirstByte, Ended time.Time
}

// smallBody is the size up to which a body is sent with its head in one piece.
const smallBody = 16 << 10

// bufferSize is that of the buffers which exchanges read into and write from.
const bufferSize = 8 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, bufferSize); return &b }}

// Exchange sends req and reads its response into res. After an error the
// connection is of no use; res tells how far the exchange came. Reusable says
// whether the connection may carry another one.
func (c *Conn) Exchange(req *Request, res *Response) (reusable bool, err error) {
	buffer, _ := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	r := reader{conn: c, deadline: req.Deadline, buf: (*buffer)[:cap(*buffer)]}
	c.used = true
	res.Started = time.Now()
	if err = c.limit(req.Deadline); err == nil {
		err = c.send(req, res, &r)
	}
	var f framing
	if err == nil {
		f, err = res.readHead(&r)
	}
	if err == nil {
		err = res.readBody(&r, req, &f)
	}
	res.finish(&r)
	c.since = res.Ended
	if r.grown {
		*buffer = make([]byte, 0, bufferSize)
	}
	// Bytes after the response answer nothing: what follows would be out of step.
	return err == nil && !f.close && r.unread() == 0, c.why(err)
}

// send sends the request, and on plain TCP reads the first of its response.
func (c *Conn) send(req *Request, res *Response, r *reader) error {
	out, rest := req.Head, req.Body
	if n := len(rest); n > 0 && n <= smallBody {
		out, rest = append(out, rest...), nil
		req.Head = out[:len(req.Head)] // the caller keeps what grew
	}
	if c.raw != nil && len(rest) == 0 {
		return c.sendRaw(out, req.Deadline, res, r)
	}
	for _, b := range [][]byte{out, rest} {
		if err := c.write(b, req.Deadline); err != nil {
			return err
		}
	}
	res.Wrote = time.Now()
	return nil
}

func (c *Conn) write(b []byte, deadline time.Time) error {
	for len(b) > 0 {
		n, err := c.net.Write(b)
		if b = b[n:]; err != nil && (c.tls != nil || !c.again(err, deadline)) {
			return fmt.Errorf("write: %w", err)
		}
	}
	return nil
}

// sendRaw is the fast path.
func (c *Conn) sendRaw(out []byte, deadline time.Time, res *Response, r *reader) error {
	k := &c.call
	k.out, k.in, k.waiting, k.n, k.err = out, r.buf, false, 0, nil
	err := c.raw.Read(k.run)
	for err != nil && c.again(err, deadline) {
		err = c.raw.Read(k.run)
	}
	c.traffic.sent.Add(int64(len(out) - len(k.out)))
	c.traffic.received.Add(int64(k.n))
	unsent := k.out
	k.out, k.in = nil, nil
	switch {
	case err != nil || k.err != nil:
		if k.waiting {
			res.Wrote = k.wrote
			return fmt.Errorf("read: %w", errors.Join(err, k.err))
		}
		return fmt.Errorf("write: %w", errors.Join(err, k.err))
	case len(unsent) > 0:
		if err := c.write(unsent, deadline); err != nil {
			return err
		}
		res.Wrote = time.Now()
		return nil
	case k.n == 0:
		res.Wrote = k.wrote
		return fmt.Errorf("read: %w", io.EOF)
	}
	res.Wrote, r.first, r.last = k.wrote, k.answered, k.answered
	r.w = k.n
	return nil
}

// finish takes the moments that only the reader knows.
func (res *Response) finish(r *reader) {
	res.FirstByte, res.Ended = r.first, r.last
	if res.Ended.IsZero() {
		res.Ended = time.Now()
	}
}
