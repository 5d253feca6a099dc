package vegetaload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/artisan-platform/headroom/runner/wire"
)

// seqHeader is set by vegeta on every request, before it reaches the sender.
const seqHeader = "X-Vegeta-Seq"

// dialTimeout bounds a connection's set-up; the request's own timeout may end
// it sooner.
const dialTimeout = 10 * time.Second

// errCut is why requests end that outlive a stop.
const errCut = "cut off: the load was stopped"

// transport sends requests over TLS.
func (l Load) transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) { // and no proxy: load goes where it is meant to
			c, err := l.Dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return l.Traffic.Count(c), nil
		},
		TLSClientConfig:     l.TLS,
		MaxIdleConnsPerHost: l.Connections,
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true,
		ForceAttemptHTTP2:   true,
	}
}

// sender is the transport under vegeta's client. It notes when a request is
// really sent and why it failed, bounds it in time, and can cut it off.
type sender struct {
	plain    *plain
	secure   http.RoundTripper
	hits     *hits
	hard     context.Context // its end cuts off what is in flight
	timeout  time.Duration
	servedBy string // a header field, in lower case
	endpoint func(*http.Request) string
}

// RoundTrip implements http.RoundTripper.
func (s *sender) RoundTrip(r *http.Request) (*http.Response, error) {
	one := s.hits.start(r.Header.Get(seqHeader))
	if one == nil {
		return nil, fmt.Errorf("request has no arrival: %s %q", seqHeader, r.Header.Get(seqHeader))
	}
	one.name = s.endpoint(r)
	if r.URL.Scheme == "http" {
		return s.sendPlain(r, one)
	}
	ctx, cancel := context.WithTimeout(s.hard, s.timeout)
	resp, err := s.secure.RoundTrip(r.WithContext(ctx))
	if err != nil {
		s.fail(one, err)
		cancel()
		return nil, err
	}
	if s.servedBy != "" {
		one.servedBy = resp.Header.Get(s.servedBy)
	}
	resp.Body = &body{ReadCloser: resp.Body, sender: s, hit: one, cancel: cancel}
	return resp, nil
}

// sendPlain sends a request without TLS. Nobody wants to see the response: its
// body is dropped, and of its header only who answered is kept.
func (s *sender) sendPlain(r *http.Request, one *hit) (*http.Response, error) {
	var res wire.Response
	err := s.plain.do(r, one.started.Add(s.timeout), &res)
	one.ended, one.bytesIn = res.Ended, res.Length
	if err != nil {
		s.fail(one, err)
		return nil, err
	}
	if s.servedBy != "" {
		one.servedBy = string(res.Field(s.servedBy))
	}
	return &http.Response{StatusCode: res.Status, Status: res.StatusText(), Body: http.NoBody, Request: r}, nil
}

func (s *sender) fail(one *hit, err error) {
	if s.hard.Err() != nil {
		one.cause, one.stopped = errCut, true
		return
	}
	one.cause = cause(err)
}

// body counts what is read and ends the request's time limit when closed.
type body struct {
	io.ReadCloser
	sender *sender
	hit    *hit
	cancel context.CancelFunc
}

// Read counts bytes and keeps the error that broke the response off.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hit.bytesIn += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.sender.fail(b.hit, err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}

// cause names an error without what differs from request to request, such as
// ports, so that causes can be counted.
func cause(err error) string {
	var netErr net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "no local port free"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many open files"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed by the server"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return "timeout"
	}
	text := err.Error()
	return text[strings.LastIndex(text, ": ")+1:]
}
