package experiment

import (
	"os"
	"slices"
	"testing"

	"github.com/artisan-platform/headroom/runner/spec"
)

// TestServedAddresses: what the core level lacks is not waited for, although
// the cluster publishes it.
func TestServedAddresses(t *testing.T) {
	config, err := os.ReadFile("../../kind-config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for level, want := range map[string][]string{
		"core": {"127.0.0.1:6379", "127.0.0.1:8000", "127.0.0.1:8080", "127.0.0.1:9090"},
		"full": {"127.0.0.1:443", "127.0.0.1:6379", "127.0.0.1:6380", "127.0.0.1:6381", "127.0.0.1:6382", "127.0.0.1:6383", "127.0.0.1:6384",
			"127.0.0.1:6432", "127.0.0.1:8000", "127.0.0.1:8080", "127.0.0.1:8081", "127.0.0.1:8443", "127.0.0.1:9090"},
	} {
		plan := spec.Default("headroom")
		plan.Stack.Level = level
		got, err := served(Config{Plan: plan}, config)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", level, got, want)
		}
	}
}
