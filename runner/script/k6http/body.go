package k6http

import (
	"bufio"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// errDecompress marks a body that is not what its Content-Encoding says.
var errDecompress = errors.New("decompress the body")

// read reads the whole body: a connection is reused only then, and receiving
// is part of a request's duration.
func read(res *http.Response, kind bodyKind) ([]byte, error) {
	if res.Body == http.NoBody { // as after HEAD, whatever Content-Length says
		return []byte{}, nil
	}
	if kind == none {
		_, err := io.Copy(io.Discard, res.Body)
		return nil, err
	}
	body, err := decoded(res)
	if err != nil {
		return nil, err
	}
	if n := res.ContentLength; n >= 0 && n < 1<<20 && body == io.Reader(res.Body) {
		b := make([]byte, n)
		_, err := io.ReadFull(body, b)
		return b, err
	}
	b, err := io.ReadAll(body)
	if err != nil && body != io.Reader(res.Body) {
		err = fmt.Errorf("%w: %w", errDecompress, err)
	}
	return b, err
}

// decoded undoes the content encoding that a script asked for.
func decoded(res *http.Response) (io.Reader, error) {
	encoding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding")))
	if encoding != "gzip" && encoding != "deflate" {
		return res.Body, nil
	}
	body := bufio.NewReader(res.Body)
	if _, err := body.Peek(1); errors.Is(err, io.EOF) {
		return body, nil // no body at all, as after HEAD
	}
	var r io.Reader
	var err error
	if encoding == "gzip" {
		r, err = gzip.NewReader(body)
	} else {
		r, err = zlib.NewReader(body)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDecompress, err)
	}
	return r, nil
}

// keep puts cookies into the virtual user's jar.
func (c *client) keep(u *url.URL, cookies []*http.Cookie) {
	c.jarMu.Lock()
	defer c.jarMu.Unlock()
	if c.jar == nil {
		c.jar, _ = cookiejar.New(nil) // it fails for no options
	}
	c.jar.SetCookies(u, cookies)
}

// cookies are those to send to u.
func (c *client) cookies(u *url.URL) []*http.Cookie {
	c.jarMu.Lock()
	defer c.jarMu.Unlock()
	if c.jar == nil {
		return nil
	}
	return c.jar.Cookies(u)
}

// forget empties the jar.
func (c *client) forget() {
	c.jarMu.Lock()
	defer c.jarMu.Unlock()
	c.jar = nil
}
