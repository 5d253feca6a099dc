package script

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// stage calls setup or teardown and returns, as JSON, what it returns.
func (r *run) stage(ctx context.Context, name string, limit time.Duration) (string, error) {
	v := r.control
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it has not ended after %v", limit))
	defer cancel()
	fn, err := r.program.function(v, name)
	if err != nil {
		return "", err
	}
	v.Reset()
	v.Group = "::" + name
	result, err := v.Do(ctx, func() (sobek.Value, error) {
		data, err := parseData(v, r.data)
		if err != nil {
			return nil, err
		}
		return fn(sobek.Undefined(), data)
	})
	if err != nil {
		return "", fmt.Errorf("%s(): %w", name, vu.Explain(err))
	}
	text, err := v.JSON(result)
	if err != nil {
		return "", fmt.Errorf("%s(): what it returns cannot be kept as JSON: %w", name, vu.Explain(err))
	}
	return text, nil
}
