package script

import (
	"context"
	"errors"
	"fmt"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/globals"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// initVU makes a virtual user and runs the script's init code in it.
func (p *Program) initVU(ctx context.Context, test *vu.Test, id uint64) (*vu.VU, error) {
	v := vu.New(test, id)
	globals.Set(v)
	if p.main.longStrings {
		globals.BoundStrings(v)
	}
	limit := p.loader.source.initTimeout()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errInitTimeout{p.loader.source.Path, limit})
	defer cancel()
	exports, err := v.Do(ctx, func() (sobek.Value, error) { return p.main.run(v, p.loader) })
	if err != nil {
		v.Close()
		err = vu.Explain(err)
		var thrown *vu.Exception
		var aborted vu.Aborted
		if errors.As(err, &thrown) || errors.As(err, &aborted) || errors.As(err, new(errInitTimeout)) {
			return nil, err
		}
		return nil, fmt.Errorf("%s: run the init code: %w", p.loader.source.Path, err)
	}
	v.Phase = vu.Running
	if v.Exports, err = p.exported(exports); err != nil {
		v.Close()
		return nil, err
	}
	return v, nil
}

// exported is the object of all that the script exports.
func (p *Program) exported(v sobek.Value) (*sobek.Object, error) {
	o, ok := v.(*sobek.Object)
	if ok && p.loader.bundle.commonJS {
		o, ok = o.Get("default").(*sobek.Object)
	}
	if !ok {
		return nil, fmt.Errorf("%s: module.exports must be an object", p.loader.source.Path)
	}
	return o, nil
}

// function returns an exported function of the script, ready to be called.
func (p *Program) function(v *vu.VU, name string) (sobek.Callable, error) {
	fn, ok := sobek.AssertFunction(v.Exports.Get(name))
	if !ok {
		return nil, fmt.Errorf("%s exports no function %q", p.loader.source.Path, name)
	}
	return fn, nil
}
