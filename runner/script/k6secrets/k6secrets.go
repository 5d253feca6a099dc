// Package k6secrets is the module k6/secrets: the sources that secrets come
// from, and the hiding of secrets in whatever is logged.
package k6secrets

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/secrets.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/secrets",
		Exports: []string{"get", "source"},
		New: func(v *vu.VU) func(string) any {
			return func(name string) any {
				if name == "get" {
					return getter(v, "secrets.get", "")
				}
				return func(call sobek.FunctionCall) sobek.Value { return namedSource(v, call) }
			}
		},
	}
}

// namedSource is secrets.source(name): an object with the method get.
func namedSource(v *vu.VU, call sobek.FunctionCall) sobek.Value {
	name, ok := call.Argument(0).Export().(string)
	if !ok || name == "" {
		panic(v.Runtime.NewTypeError("secrets.source(name): name must be a string that is not empty, and is %s", vu.Describe(call.Argument(0))))
	}
	if _, err := v.Test.Secrets(name); err != nil {
		v.Throw("secrets.source(%q): %v", name, err)
	}
	o := v.Runtime.NewObject()
	if err := o.Set("get", getter(v, "source.get", name)); err != nil {
		v.Throw("secrets.source(%q): %v", name, err)
	}
	return o
}

// getter is get(key) of a source: a promise of the secret.
func getter(v *vu.VU, function, name string) func(sobek.FunctionCall) sobek.Value {
	return func(call sobek.FunctionCall) sobek.Value {
		key, ok := call.Argument(0).Export().(string)
		if !ok || key == "" {
			return v.Promise(func() any {
				panic(v.Runtime.NewTypeError("%s(key): key must be a string that is not empty, and is %s", function, vu.Describe(call.Argument(0))))
			})
		}
		source, err := v.Test.Secrets(name)
		if err != nil {
			return v.Promise(func() any { panic(v.Error("%s(%q): %v", function, key, err)) })
		}
		promise, resolve, reject := v.Runtime.NewPromise()
		done, ctx := v.Loop.Begin(), v.Context()
		go func() {
			secret, err := source(ctx, key)
			done(func() error {
				if err != nil {
					return reject(v.Error("%s(%q): %v", function, key, err))
				}
				return resolve(secret)
			})
		}()
		return v.Runtime.ToValue(promise)
	}
}
