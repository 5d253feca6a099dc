// Command bench measures what a request and a virtual user cost the load
// generator, against its peers, in interleaved runs on one machine. The figures
// of one run compare; those of two runs on a shared machine do not.
//
//	go run ./bench          all of it, about eight minutes
//	go run ./bench cpu      one part: cpu, attack, memory, start, arrivals or samples
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
)

// part is one thing that is measured.
type part struct {
	name string
	run  func(context.Context, *bench) error
}

var parts = []part{
	{"cpu", cpuPerRequest}, {"attack", attacks}, {"memory", bytesPerVU}, {"start", startUp}, {"arrivals", lateness}, {"samples", constantMemory},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, "bench serve:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, wanted []string) (err error) {
	for _, w := range wanted {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.name == w }) {
			return fmt.Errorf("there is no part %q: there are cpu, attack, memory, start, arrivals and samples", w)
		}
	}
	b, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for _, p := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, p.name) {
			continue
		}
		if err := p.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
