package script

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// setup calls the script's setup and keeps what it returns.
func (r *run) setup(ctx context.Context) error {
	limit := r.test.Options.SetupTimeout
	ctx, cancel := context.WithTimeoutCause(ctx, limit, timeoutOf(SetupTimeout, limit))
	defer cancel()
	r.controlling.Lock()
	defer r.controlling.Unlock()
	data, err := r.stage(ctx, "setup")
	if err == nil {
		r.data.set(data)
	}
	return err
}

// teardown calls the script's teardown.
func (r *run) teardown(ctx context.Context) error {
	limit := r.test.Options.TeardownTimeout
	ctx, cancel := context.WithTimeoutCause(ctx, limit, timeoutOf(TeardownTimeout, limit))
	defer cancel()
	r.controlling.Lock()
	defer r.controlling.Unlock()
	_, err := r.stage(ctx, "teardown")
	return err
}

// stage calls setup or teardown and returns, as JSON, what it returns.
func (r *run) stage(ctx context.Context, name string) (string, error) {
	v := r.control
	fn, err := r.program.function(v, name)
	if err != nil {
		return "", err
	}
	v.Reset()
	v.Group = "::" + name
	start := time.Now()
	result, err := v.Do(ctx, func() (sobek.Value, error) {
		data, err := parseData(v, r.data.get())
		if err != nil {
			return nil, err
		}
		return fn(sobek.Undefined(), data)
	})
	v.Emit(r.test.Builtin.IterationDuration, float64(time.Since(start))/float64(time.Millisecond))
	if err != nil {
		return "", fmt.Errorf("%s(): %w", name, vu.Explain(err))
	}
	text, err := v.JSON(result)
	if err != nil {
		return "", fmt.Errorf("%s(): what it returns cannot be kept as JSON: %w", name, vu.Explain(err))
	}
	return text, nil
}
