package network

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/script/option"
)

// resolver looks up names and keeps the answers for the TTL of the options.
type resolver struct {
	options option.DNS

	mu    sync.Mutex
	kept  map[string]*answer
	turns map[string]int
}

// answer is one lookup, under way until done is closed.
type answer struct {
	done    chan struct{}
	addrs   []netip.Addr
	err     error
	expires time.Time // zero: never
}

func newResolver(o option.DNS) *resolver {
	return &resolver{options: o, kept: make(map[string]*answer), turns: make(map[string]int)}
}

// resolve returns the addresses of a name in the order in which they are to be
// tried. Those who ask for a name at once share one lookup.
func (r *resolver) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	r.mu.Lock()
	a := r.kept[host]
	if a == nil || a.stale(time.Now()) {
		a = &answer{done: make(chan struct{})}
		r.kept[host] = a
		r.mu.Unlock()
		r.ask(ctx, host, a)
	} else {
		r.mu.Unlock()
	}
	select {
	case <-a.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("look up %s: %w", host, context.Cause(ctx))
	}
	if a.err != nil {
		return nil, a.err
	}
	return r.order(host, a.addrs)
}

func (a *answer) stale(now time.Time) bool {
	select {
	case <-a.done:
		return a.err != nil || (!a.expires.IsZero() && now.After(a.expires))
	default:
		return false
	}
}

func (r *resolver) ask(ctx context.Context, host string, a *answer) {
	defer close(a.done)
	a.addrs, a.err = net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if r.options.TTL != option.Forever {
		a.expires = time.Now().Add(r.options.TTL)
	}
}

// order applies policy and selection of the options.
func (r *resolver) order(host string, addrs []netip.Addr) ([]netip.Addr, error) {
	var v4, v6 []netip.Addr
	for _, a := range addrs {
		if a = a.Unmap(); a.Is4() {
			v4 = append(v4, a)
		} else {
			v6 = append(v6, a)
		}
	}
	r.selectFirst(host+" 4", v4)
	r.selectFirst(host+" 6", v6)
	var out []netip.Addr
	switch r.options.Policy {
	case "onlyIPv4":
		out = v4
	case "onlyIPv6":
		out = v6
	case "preferIPv6":
		out = append(v6, v4...)
	case "any":
		if out = append(v4, v6...); r.options.Select == "random" {
			rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		}
	default:
		out = append(v4, v6...)
	}
	if len(out) == 0 {
		return nil, &net.DNSError{Err: "no address that the option dns allows (policy " + r.options.Policy + ")", Name: host, IsNotFound: true}
	}
	return out, nil
}

// selectFirst brings the address that is to be used to the front.
func (r *resolver) selectFirst(key string, addrs []netip.Addr) {
	if len(addrs) < 2 {
		return
	}
	i := 0
	switch r.options.Select {
	case "first":
	case "roundRobin":
		r.mu.Lock()
		i = r.turns[key] % len(addrs)
		r.turns[key]++
		r.mu.Unlock()
	default:
		i = rand.IntN(len(addrs))
	}
	addrs[0], addrs[i] = addrs[i], addrs[0]
}
