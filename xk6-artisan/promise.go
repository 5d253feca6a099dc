package artisan

import (
	"context"
	"errors"

	"github.com/grafana/sobek"
)

// errOver is why nothing runs on a virtual user anymore that an operation
// wanted to run there.
var errOver = errors.New("the iteration is over")

// turns let an operation run things on its virtual user's goroutine. It belongs
// to one operation, which uses it from one goroutine at a time.
type turns struct {
	vu   VU
	ctx  context.Context
	next func(func() error)
}

// turns is called on the virtual user's goroutine. Nothing is under way before
// promise: what is wrong with the options may still throw.
func (m *Module) turns() *turns { return &turns{vu: m.vu, ctx: m.vu.Context()} }

// do runs f there and waits for it, unless the iteration ends before.
func (t *turns) do(f func()) error {
	ran := make(chan struct{})
	t.next(func() error {
		t.next = t.vu.RegisterCallback() // before this turn is over: the loop must not run dry
		f()
		close(ran)
		return nil
	})
	select {
	case <-ran:
		return nil
	case <-t.ctx.Done():
		return errOver
	}
}

// end runs f there as the last thing, and does not wait for it.
func (t *turns) end(f func() error) { t.next(f) }

// promise runs work elsewhere and returns a promise of what it comes to: done
// makes the value on the virtual user's goroutine. The context of work ends
// with the iteration.
func promise[T any](m *Module, t *turns, work func(context.Context) (T, error), done func(T) sobek.Value) sobek.Value {
	rt := m.vu.Runtime()
	p, resolve, reject := rt.NewPromise()
	broken := m.errorOf("") // its stack is that of the call
	t.next = m.vu.RegisterCallback()
	go func() {
		value, err := work(t.ctx)
		t.end(func() error {
			if err != nil {
				return reject(m.withMessage(broken, err.Error()))
			}
			var result sobek.Value
			if thrown := rt.Try(func() { result = done(value) }); thrown != nil {
				return reject(thrown.Value())
			}
			return resolve(result)
		})
	}()
	return rt.ToValue(p)
}

// field is a property of an object.
type field struct {
	key   string
	value any
}

// object makes an object of a script.
func (m *Module) object(fields ...field) *sobek.Object {
	o := m.vu.Runtime().NewObject()
	m.set(o, fields...)
	return o
}

// set gives an object properties.
func (m *Module) set(o *sobek.Object, fields ...field) {
	for _, f := range fields {
		if err := o.Set(f.key, f.value); err != nil {
			m.throw("make %s: %v", f.key, err)
		}
	}
}
