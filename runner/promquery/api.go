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
	user    *url.Userinfo // nil: no basic authentication
	client  *http.Client
	timeout time.Duration
}

// query evaluates expr at one time.
func (a *api) query(ctx context.Context, expr string, at time.Time) (answer, error) {
	body, status, err := a.get(ctx, "query", url.Values{"query": {expr}, "time": {seconds(at)}})
	if err != nil {
		return answer{}, err
	}
	got, err := parse(body)
	return got, a.refused(status, err)
}

// queryRange evaluates expr at every step from one time to another.
func (a *api) queryRange(ctx context.Context, expr string, from, to time.Time, step time.Duration) (matrix, error) {
	body, status, err := a.get(ctx, "query_range", url.Values{
		"query": {expr}, "start": {seconds(from)}, "end": {seconds(to)}, "step": {strconv.FormatFloat(step.Seconds(), 'f', 3, 64)},
	})
	if err != nil {
		return matrix{}, err
	}
	got, err := parseMatrix(body)
	return got, a.refused(status, err)
}

// seconds is a time as the API takes it.
func seconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)
}

// refused adds the status of a response to what it says is wrong.
func (a *api) refused(status string, err error) error {
	if err != nil && status != "" {
		return fmt.Errorf("%s answered %s: %w", a.base, status, err)
	}
	return err
}

// get asks an endpoint. status is "" if it is 200 OK.
func (a *api) get(ctx context.Context, endpoint string, params url.Values) (body []byte, status string, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	params.Set("timeout", strconv.FormatFloat(a.timeout.Seconds(), 'f', 3, 64)) // bare seconds: with a unit, fractions are refused
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/api/v1/"+endpoint+"?"+params.Encode(), nil)
	if err != nil {
		return nil, "", fmt.Errorf("build request: %w", err)
	}
	if a.user != nil {
		password, _ := a.user.Password()
		req.SetBasicAuth(a.user.Username(), password)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, "", fmt.Errorf("no answer within %v", a.timeout)
		}
		var inURL *url.Error
		if errors.As(err, &inURL) {
			err = inURL.Err // the URL differs with each evaluation and hides the cause
		}
		return nil, "", fmt.Errorf("ask %s: %w", a.base, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("read the answer of %s: %w", a.base, err)
	case len(body) > maxBody:
		return nil, "", fmt.Errorf("the answer is longer than %d bytes: aggregate the expression", maxBody)
	case resp.StatusCode != http.StatusOK:
		status = resp.Status
	}
	return body, status, nil
}
