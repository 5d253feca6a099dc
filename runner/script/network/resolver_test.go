package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/option"
)

func addrs(texts ...string) []netip.Addr {
	list := make([]netip.Addr, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParseAddr(t)
	}
	return list
}

// answered returns a resolver that has the answer for a name already.
func answered(o option.DNS, host string, list []netip.Addr) *resolver {
	r := newResolver(o)
	a := &answer{done: make(chan struct{}), addrs: list}
	close(a.done)
	r.kept[host] = a
	return r
}

func TestPolicies(t *testing.T) {
	both := addrs("::1", "10.0.0.1", "::ffff:10.0.0.2", "::2")
	for policy, want := range map[string][]netip.Addr{
		"preferIPv4": addrs("10.0.0.1", "10.0.0.2", "::1", "::2"),
		"preferIPv6": addrs("::1", "::2", "10.0.0.1", "10.0.0.2"),
		"onlyIPv4":   addrs("10.0.0.1", "10.0.0.2"),
		"onlyIPv6":   addrs("::1", "::2"),
		"any":        addrs("10.0.0.1", "10.0.0.2", "::1", "::2"),
	} {
		r := answered(option.DNS{Select: "first", Policy: policy}, "host", both)
		got, err := r.resolve(t.Context(), "host")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v and %v, want %v", policy, got, err, want)
		}
	}
}

func TestNoAddressOfThePolicy(t *testing.T) {
	r := answered(option.DNS{Select: "first", Policy: "onlyIPv6"}, "host", addrs("10.0.0.1"))
	_, err := r.resolve(t.Context(), "host")
	var dns *net.DNSError
	if !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("got %v, want a host without addresses", err)
	}
}

// TestSelect asks often and counts which address comes first.
func TestSelect(t *testing.T) {
	all := addrs("10.0.0.1", "10.0.0.2", "10.0.0.3")
	for how, want := range map[string]func(counts map[netip.Addr]int) bool{
		"first":      func(c map[netip.Addr]int) bool { return c[all[0]] == 300 },
		"roundRobin": func(c map[netip.Addr]int) bool { return c[all[0]] == 100 && c[all[1]] == 100 && c[all[2]] == 100 },
		"random":     func(c map[netip.Addr]int) bool { return c[all[0]] > 50 && c[all[1]] > 50 && c[all[2]] > 50 },
	} {
		counts := make(map[netip.Addr]int)
		r := newResolver(option.DNS{Select: how, Policy: "preferIPv4"})
		for range 300 {
			list, err := r.order("host", slices.Clone(all))
			if err != nil || len(list) != 3 {
				t.Fatalf("%s: got %v and %v", how, list, err)
			}
			counts[list[0]]++
		}
		if !want(counts) {
			t.Errorf("%s: got %v", how, counts)
		}
	}
}

// TestAnswersAreKept tells an answer that is kept from one that is asked for
// by its address, which no look-up would give.
func TestAnswersAreKept(t *testing.T) {
	for ttl, want := range map[time.Duration]string{option.Forever: "10.9.8.7", time.Minute: "10.9.8.7", 0: "127.0.0.1"} {
		r := answered(option.DNS{TTL: ttl, Select: "first", Policy: "onlyIPv4"}, "localhost", addrs("10.9.8.7"))
		if ttl != option.Forever {
			r.kept["localhost"].expires = time.Now().Add(ttl)
		}
		time.Sleep(time.Millisecond) // so that a TTL of nothing is over
		got, err := r.resolve(t.Context(), "localhost")
		if err != nil || got[0].String() != want {
			t.Errorf("ttl %v: got %v and %v, want %s", ttl, got, err, want)
		}
	}
}

func TestLookUpEndsWithItsContext(t *testing.T) {
	r := newResolver(option.DNS{})
	r.kept["host"] = &answer{done: make(chan struct{})} // somebody else's, under way
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.resolve(ctx, "host"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the context", err)
	}
}
