package vu

import "github.com/grafana/sobek"

// Promise runs fn at once and returns a promise of its outcome: what fn throws
// rejects the promise, as with an async function. It is for operations that
// have nothing to wait for; others begin on the loop.
func (v *VU) Promise(fn func() any) sobek.Value {
	promise, resolve, reject := v.Runtime.NewPromise()
	var result any
	var err error
	if thrown := v.Runtime.Try(func() { result = fn() }); thrown != nil {
		err = reject(thrown.Value())
	} else {
		err = resolve(result)
	}
	if err != nil {
		panic(err) // uncatchable: the runtime was interrupted
	}
	return v.Runtime.ToValue(promise)
}
