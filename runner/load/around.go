package load

import (
	"context"
	"fmt"
	"net"

	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/output"
	"github.com/artisan-platform/headroom/runner/script/rest"
)

// openOutputs starts what --out and K6_OUT name.
func (s *session) openOutputs(p *script.Program) error {
	specs := s.cfg.Outputs
	if len(specs) == 0 && s.cfg.Environ["K6_OUT"] != "" {
		specs = []string{s.cfg.Environ["K6_OUT"]}
	}
	dir, specs, err := takeLog(specs)
	if err != nil {
		return &UsageError{fmt.Errorf("--out: %w", err)}
	}
	if s.outputs, err = output.ParseAll(specs, s.cfg.Environ); err != nil {
		return &UsageError{fmt.Errorf("--out: %w", err)}
	}
	if dir != "" {
		if err := s.openRunLog(dir, p); err != nil {
			return err
		}
	}
	return s.outputs.Start(output.Run{Options: p.Options, Stdout: s.cfg.Out, Warn: s.warn})
}

// serve answers the REST API until stop is called.
func (s *session) serve(ctx context.Context) (stop func(), err error) {
	if s.cfg.Address == "" {
		return func() {}, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Address)
	if err != nil {
		return nil, &AddressError{fmt.Errorf("serve the REST API: %w", err)}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := rest.Serve(ctx, l, s.control); err != nil {
			s.warn(err.Error())
		}
	}()
	return func() { cancel(); <-done }, nil
}

// linger keeps the REST API up after the end until ctx ends.
func (s *session) linger(ctx context.Context, p *script.Program) {
	if p.Options.Linger && ctx.Err() == nil {
		s.log.say("info", "the test is over; lingering until interrupted, as the option wants")
		<-ctx.Done()
	}
}

// AddressError is an address that the REST API cannot be served on.
type AddressError struct{ Err error }

func (e *AddressError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *AddressError) Unwrap() error { return e.Err }
