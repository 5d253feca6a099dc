package remotewrite

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// maxSend and maxRequest bound the time series and about the bytes of one
	// request, before compression.
	maxSend    = 2000
	maxRequest = 4 << 20

	// attemptTimeout bounds one request.
	attemptTimeout = 10 * time.Second
	// firstWait and longestWait bound the pauses before a request is repeated.
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// client sends requests and repeats those that the server could not take for
// now.
type client struct {
	config *Config
	http   *http.Client
	first  time.Duration // the first pause
}

func newClient(c *Config) *client {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.tls, ForceAttemptHTTP2: true, MaxIdleConns: 2, IdleConnTimeout: time.Minute}
	return &client{config: c, http: &http.Client{Transport: transport}, first: firstWait}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// refusal is an error that a server has with the request itself: others may
// fare better.
type refusal struct{ error }

// send sends one request until the server has taken it or refused it, or ctx
// ends.
func (c *client) send(ctx context.Context, body []byte) error {
	wait := c.first
	for attempt := 1; ; attempt++ {
		after, err := c.post(ctx, body)
		if err == nil || errors.As(err, new(refusal)) {
			return err
		}
		pause := max(after, wait/2+rand.N(wait/2+1))
		wait = min(2*wait, longestWait)
		if end, ok := ctx.Deadline(); ok && time.Until(end) < pause {
			return fmt.Errorf("%w; gave up after %d attempts", err, attempt)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("%w; gave up after %d attempts", err, attempt)
		}
	}
}

// post sends a request once. After an error that is no refusal it may be
// repeated, after that time at the earliest.
func (c *client) post(ctx context.Context, body []byte) (after time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.url.String(), bytes.NewReader(body))
	if err != nil {
		return 0, refusal{err}
	}
	r.Header = c.config.header.Clone()
	r.Header.Set("Content-Encoding", "snappy")
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	r.Host = cmp.Or(c.config.host, r.Host)
	response, err := c.http.Do(r)
	if err != nil {
		return 0, explain(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 4096)) // for the message only
	if response.StatusCode/100 == 2 {
		return 0, nil
	}
	err = fmt.Errorf("the server answers %s%s%s", response.Status, quote(text), advice(response.StatusCode))
	if response.StatusCode == http.StatusTooManyRequests || response.StatusCode/100 == 5 {
		return retryAfter(response.Header.Get("Retry-After")), err
	}
	return 0, refusal{err}
}

// protocolVersion is the alert of a TLS peer that has no version in common.
const protocolVersion tls.AlertError = 70

// explain is an error of the connection, with what a person may do about it.
func explain(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err // without the URL, which the output is named by
	}
	var alert tls.AlertError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w (is the server running? %sSERVER_URL says where it is)", err, prefix)
	case errors.As(err, &alert) && alert == protocolVersion:
		return fmt.Errorf("%w (%sTLS_MIN_VERSION=1.2 takes older servers)", err, prefix)
	}
	return err
}

// quote is the first line of what a server answers.
func quote(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if line == "" {
		return ""
	}
	return fmt.Sprintf(": %.300q", line)
}

// advice is what a person may do about a status.
func advice(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf(" (%[1]sUSERNAME and %[1]sPASSWORD, or %[1]sBEARER_TOKEN, say who sends)", prefix)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return " (Prometheus takes remote writes at /api/v1/write if it runs with --web.enable-remote-write-receiver)"
	}
	return ""
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(text string) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 16); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
