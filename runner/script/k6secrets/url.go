package k6secrets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/tidwall/gjson"
	"golang.org/x/time/rate"
)

// maxSecret bounds the response that a secret is taken from.
const maxSecret = 1 << 20

// urlSource asks a server for each secret. Its requests are none of the test:
// they are not measured.
type urlSource struct {
	config  config
	client  *http.Client
	limiter *rate.Limiter
	jitter  func() time.Duration
}

func newURLSource(c config) *urlSource {
	// Connections are not kept: few requests are made, and nothing is to be
	// closed when a test is over.
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ForceAttemptHTTP2: true}
	return &urlSource{
		config:  c,
		client:  &http.Client{Transport: transport, CheckRedirect: checkRedirect},
		limiter: rate.NewLimiter(rate.Limit(float64(c.perMinute)/time.Minute.Seconds()), c.burst),
		jitter:  func() time.Duration { return rand.N(time.Second) },
	}
}

// errRedirect is a redirect that would take the headers to somebody else.
var errRedirect = errors.New("the server redirects to another one, which must not see the headers; put its address into urlTemplate")

func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0].URL
	if next.URL.Host != first.Host || (first.Scheme == "https" && next.URL.Scheme != "https") {
		return errRedirect
	}
	if len(via) >= 10 {
		return errors.New("the server redirects again and again")
	}
	return nil
}

// fetch asks for a secret, again if there is hope that it helps.
func (s *urlSource) fetch(ctx context.Context, key string) (string, error) {
	for attempt := 1; ; attempt++ {
		if err := s.limiter.Wait(ctx); ctx.Err() != nil {
			return "", context.Cause(ctx)
		} else if err != nil { // the wait would end after ctx does
			return "", fmt.Errorf("wait for the limit of %d requests a minute: %w", s.config.perMinute, err)
		}
		value, again, err := s.ask(ctx, key)
		switch {
		case err == nil:
			return value, nil
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		case !again:
			return "", err
		case attempt > s.config.retries:
			return "", fmt.Errorf("%w (asked %d times)", err, attempt)
		}
		if err := s.wait(ctx, attempt); err != nil {
			return "", err
		}
	}
}

// wait waits before the attempt after the given one: base^attempt seconds and
// a random part of a second.
func (s *urlSource) wait(ctx context.Context, attempt int) error {
	seconds := math.Pow(s.config.backoff.Seconds(), float64(attempt))
	t := time.NewTimer(time.Duration(min(seconds, time.Hour.Seconds())*float64(time.Second)) + s.jitter())
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ask sends one request. Its errors do not tell the URL, which may hold a
// secret of its own.
func (s *urlSource) ask(ctx context.Context, key string) (value string, again bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.config.timeout, fmt.Errorf("the server has not answered within %v", s.config.timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, s.config.method, s.config.expand(key), nil)
	if err != nil {
		return "", false, errors.New("the name of the secret makes urlTemplate no URL")
	}
	req.Header = s.config.headers.Clone()
	req.Host = req.Header.Get("Host") // "" is that of the URL
	res, err := s.client.Do(req)
	if err != nil {
		return "", !errors.Is(err, errRedirect), transportError(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxSecret+1))
	switch {
	case err != nil:
		return "", true, transportError(ctx, err)
	case res.StatusCode < 200 || res.StatusCode > 299:
		return "", res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500, fmt.Errorf("the server answers %s", res.Status)
	case len(body) > maxSecret:
		return "", false, fmt.Errorf("the response is larger than %d bytes", maxSecret)
	}
	value, err = s.extract(body)
	return value, false, err
}

// transportError is why no response came, without the URL.
func transportError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}

// extract takes the secret out of a response.
func (s *urlSource) extract(body []byte) (string, error) {
	path := s.config.responsePath
	if path == "" {
		return string(body), nil
	}
	if !json.Valid(body) {
		return "", fmt.Errorf("the response is no JSON, of which responsePath %q could be taken", path)
	}
	switch found := gjson.GetBytes(body, path); found.Type {
	case gjson.String:
		return found.Str, nil
	case gjson.Number, gjson.True, gjson.False:
		return found.Raw, nil
	}
	return "", fmt.Errorf("the response holds no string at responsePath %q", path)
}
