package webcrypto

import (
	"context"
	"errors"
	"fmt"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// call is one call of a method of crypto.subtle. The methods by which it
// reads arguments panic with what rejects its promise.
type call struct {
	m    *module
	name string
	args []sobek.Value
}

// job is what a call has left to do once its arguments are read. It touches
// no JavaScript.
type job struct {
	run  func(ctx context.Context) (any, error) // []byte, bool, *key, *pair or *jwk
	slow bool
}

// promise prepares a call and does its job: at once, or if it is slow beside
// the event loop. Nothing is thrown: the standard has everything reject.
func (c *call) promise(prepare func(c *call) job) sobek.Value {
	promise, resolve, reject := c.m.vu.Runtime.NewPromise()
	settle := func(result any, err error) error {
		var value sobek.Value
		thrown := c.m.vu.Runtime.Try(func() {
			if err != nil {
				panic(c.failed(err))
			}
			value = c.m.value(result)
		})
		if thrown != nil {
			return reject(thrown.Value())
		}
		return resolve(value)
	}
	var j job
	ctx := c.m.vu.Context()
	err := error(nil)
	if thrown := c.m.vu.Runtime.Try(func() { j = prepare(c) }); thrown != nil {
		err = reject(thrown.Value())
	} else if j.slow {
		done := c.m.vu.Loop.Begin()
		go func() {
			result, err := j.run(ctx)
			done(func() error { return settle(result, err) })
		}()
	} else {
		err = settle(j.run(ctx))
	}
	if err != nil {
		panic(err) // uncatchable: the runtime was interrupted
	}
	return c.m.vu.Runtime.ToValue(promise)
}

// value is the result of a job as a script gets it.
func (m *module) value(result any) sobek.Value {
	switch result := result.(type) {
	case []byte:
		return m.vu.Runtime.ToValue(m.vu.Runtime.NewArrayBuffer(result))
	case *key:
		return m.newKey(result)
	case *pair:
		return m.newPair(result)
	case *jwk:
		return m.newJWK(result)
	}
	return m.vu.Runtime.ToValue(result)
}

// failed is the Error that stands for err.
func (c *call) failed(err error) *sobek.Object {
	f := &failure{"OperationError", err.Error()}
	errors.As(err, &f)
	return c.m.vu.NewNamedError(f.name, fmt.Sprintf("crypto.subtle.%s(): %s", c.name, f.text))
}

// fail throws err.
func (c *call) fail(err error) { panic(c.failed(err)) }

// typeError throws a TypeError.
func (c *call) typeError(format string, args ...any) {
	panic(c.m.vu.Runtime.NewTypeError("crypto.subtle.%s(): %s", c.name, fmt.Sprintf(format, args...)))
}

// need throws if there are fewer arguments.
func (c *call) need(n int) {
	if len(c.args) < n {
		c.typeError("it needs %d arguments, and got %d", n, len(c.args))
	}
}

// bytes reads an argument that must be bytes. They are the script's own.
func (c *call) bytes(i int, what string) []byte {
	b, ok := c.m.vu.Bytes(c.args[i])
	if !ok {
		c.typeError("%s must be an ArrayBuffer or a view of one, and is %s", what, vu.Kind(c.args[i]))
	}
	return b
}

// key reads an argument that must be a key.
func (c *call) key(i int) *key {
	k, ok := slot.Of(c.args[i])
	if !ok {
		c.typeError("the key must be a CryptoKey, and is %s", vu.Kind(c.args[i]))
	}
	return k
}

// format reads the format of a key.
func (c *call) format(i int) string {
	format := c.m.vu.Text(c.args[i])
	switch format {
	case "raw", "pkcs8", "spki", "jwk":
		return format
	}
	c.typeError("there is no format %q: there are raw, pkcs8, spki and jwk", format)
	return ""
}

// usages reads a list of usages.
func (c *call) usages(i int) (u usages) {
	for _, name := range c.strings(c.args[i], "the usages") {
		one, ok := usage(name)
		if !ok {
			c.typeError("there is no usage %q: there are %v", name, ^usages(0))
		}
		u |= one
	}
	return u
}

// strings reads a list of strings.
func (c *call) strings(list sobek.Value, what string) []string {
	o, ok := list.(*sobek.Object)
	if !ok {
		c.typeError("%s must be an array, and are %s", what, vu.Kind(list))
	}
	names := []string{}
	c.m.vu.Runtime.ForOf(o, func(value sobek.Value) bool {
		names = append(names, c.m.vu.Text(value))
		return true
	})
	return names
}
