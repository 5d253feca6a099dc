package promquery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxBody bounds a response, in bytes; maxSeries the series of an answer. A
// query of a plan is meant to be looked at by a person.
const (
	maxBody   = 4 << 20
	maxSeries = 1000
)

// api is the HTTP API of one Prometheus.
type api struct {
	base    string
	client  *http.Client
	timeout time.Duration
}

// query evaluates expr at one time.
func (a *api) query(ctx context.Context, expr string, at time.Time) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	params := url.Values{
		"query":   {expr},
		"time":    {strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)},
		"timeout": {strconv.FormatFloat(a.timeout.Seconds(), 'f', 3, 64)}, // bare seconds: with a unit, fractions are refused
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/api/v1/query?"+params.Encode(), nil)
	if err != nil {
		return answer{}, fmt.Errorf("build request: %w", err)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return answer{}, fmt.Errorf("no answer within %v", a.timeout)
		}
		var inURL *url.Error
		if errors.As(err, &inURL) {
			err = inURL.Err // the URL differs with each evaluation and hides the cause
		}
		return answer{}, fmt.Errorf("ask %s: %w", a.base, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return answer{}, fmt.Errorf("read the answer of %s: %w", a.base, err)
	case len(body) > maxBody:
		return answer{}, fmt.Errorf("the answer is longer than %d bytes: aggregate the expression", maxBody)
	}
	got, err := parse(body)
	if err != nil && resp.StatusCode != http.StatusOK {
		return answer{}, fmt.Errorf("%s answered %s: %w", a.base, resp.Status, err)
	}
	return got, err
}
