package wire

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// canned is a connection on which an answer lies ready.
type canned struct {
	net.Conn
	answer *bytes.Reader
}

func (c *canned) Read(b []byte) (int, error)  { return c.answer.Read(b) }
func (c *canned) Write(b []byte) (int, error) { return len(b), nil }
func (c *canned) SetDeadline(time.Time) error { return nil }
func (c *canned) RemoteAddr() net.Addr        { return &net.TCPAddr{} }
func (c *canned) Close() error                { return nil }
func cannedConn(answer []byte) *Conn {
	return Plain(&canned{answer: bytes.NewReader(answer)}, new(Traffic))
}
func exchange(answer []byte) (res Response, e error) {
	_, e = cannedConn(answer).Exchange(get("/"), &res)
	return
}

// FuzzResponse feeds the parser anything. Whatever it takes for a response,
// the standard library must take for the same.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"HTTP/1.0 404 Not Found\r\nConnection: keep-alive, close\r\n\r\nbody",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\nSet-Cookie: a=b\r\n\r\n",
		"HTTP/1.1 304\r\nContent-Length: 9\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		res, err := exchange(answer)
		if err != nil {
			return
		}
		r := bufio.NewReader(bytes.NewReader(answer))
		want, err := http.ReadResponse(r, nil) //nolint:bodyclose // the last one is closed, interim ones have none
		for err == nil && want.StatusCode < 200 && want.StatusCode != 101 {
			want, err = http.ReadResponse(r, nil)
		}
		if err != nil {
			t.Skipf("the standard library is stricter here: %v", err)
		}
		defer want.Body.Close()
		body, err := io.ReadAll(want.Body)
		if err != nil {
			t.Skipf("the standard library is stricter here: %v", err)
		}
		if res.Status != want.StatusCode || !bytes.Equal(res.Body, body) {
			t.Errorf("%q: status %d, body %q; the standard library has %d, %q", answer, res.Status, res.Body, want.StatusCode, body)
		}
		for name := range want.Header {
			if got := res.Field(lower(name)); string(got) != want.Header.Get(name) {
				t.Errorf("%q: field %s is %q, want %q", answer, name, got, want.Header.Get(name))
			}
		}
	})
}

func lower(s string) string { return string(bytes.ToLower([]byte(s))) }
