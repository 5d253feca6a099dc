package vu

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// Test is what all virtual users of a test share. It is safe for concurrent
// use once the virtual users run.
type Test struct {
	Options  option.Options
	Metrics  *metric.Registry
	Builtin  *metric.Builtin
	Meter    *observation.Meter // nil: nobody keeps a log
	Network  *network.Network
	ServedBy string // response header by which a server says its name
	Env      map[string]string

	// Console takes the lines of console.*; Warn what the engine itself has
	// to say. Both are safe for concurrent use.
	Console func(level, text string)
	Warn    func(text string)

	// Secrets finds a source of secrets by its name, "" for the default one.
	Secrets func(source string) (SecretSource, error)

	// ReadFile reads what open() opens. Require finds a built-in module.
	ReadFile func(path string) ([]byte, error)
	Require  func(v *VU, name string) (sobek.Value, error)

	// Abort ends the test early; only the first reason counts.
	Abort func(cause error)

	Groups Groups
	Counts Counts

	shared sync.Map // name -> *once
	warned sync.Map // text -> true
	failed atomic.Pointer[string]
}

// SecretSource gives the secret of a name. It is safe for concurrent use.
type SecretSource func(ctx context.Context, key string) (string, error)

// Aborted is why a script ended its test itself.
type Aborted string

func (a Aborted) Error() string { return string(a) }

// Fail marks the test as failed without ending it; the first reason is kept.
func (t *Test) Fail(reason string) { t.failed.CompareAndSwap(nil, &reason) }

// FailedFor is why the script marked the test as failed, or "".
func (t *Test) FailedFor() string {
	if reason := t.failed.Load(); reason != nil {
		return *reason
	}
	return ""
}

// Counts are the totals of a test so far.
type Counts struct {
	Complete, Interrupted, Exceptions, Dropped atomic.Uint64
	Active, Initialised                        atomic.Int64
	Start                                      atomic.Pointer[time.Time]
}

// once makes one shared value.
type once struct {
	sync.Once
	value any
	err   error
}

// Share returns the value under that name, which the first virtual user to ask
// makes. A failure is shared too.
func (t *Test) Share(name string, build func() (any, error)) (any, error) {
	v, _ := t.shared.LoadOrStore(name, &once{})
	o, _ := v.(*once)
	o.Do(func() { o.value, o.err = build() })
	return o.value, o.err
}

// WarnOnce warns, unless it has said the same before.
func (t *Test) WarnOnce(text string) {
	if _, said := t.warned.LoadOrStore(text, true); !said {
		t.Warn(text)
	}
}

// Tag implements metric.Tags with the tags of samples that belong to no
// virtual user.
func (t *Test) Tag(key string) (string, bool) {
	v, ok := t.Options.Tags[key]
	return v, ok
}

// Put implements metric.Tags.
func (t *Test) Put(into metric.Set) { maps.Copy(into, t.Options.Tags) }

// Emit takes a sample that belongs to no virtual user.
func (t *Test) Emit(m *metric.Metric, value float64) { t.Metrics.Shard(0).Add(m, value, t) }
