// Package modules declares what the public documentation of k6 v2 says of its
// package of that name, as far as the extension uses it. It does nothing.
package modules

import (
	"context"

	"github.com/grafana/sobek"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"
)

type InitEnvironment struct{ Registry *metrics.Registry }

type VU interface {
	Context() context.Context
	InitEnv() *InitEnvironment
	State() *lib.State
	Runtime() *sobek.Runtime
	RegisterCallback() func(func() error)
}

type Exports struct {
	Default any
	Named   map[string]any
}

type Instance interface{ Exports() Exports }

type Module interface{ NewModuleInstance(VU) Instance }

func Register(string, any) {}
