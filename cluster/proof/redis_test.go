package proof

import (
	"strings"
	"testing"
)

var documented = []string{"--maxmemory", "768mb", "--maxmemory-policy", "volatile-lru", "--save", "900 1 300 10 60 10000", "--tcp-keepalive", "60", "--timeout", "300"}

// only runs the checks of a family and returns the results by the first words of
// their proof or cause.
func only(t *testing.T, f family, a *Access) []Result {
	t.Helper()
	return Run(t.Context(), f(a))
}

func TestRedisClusterChecks(t *testing.T) {
	first, kill := redisCluster(t, 6, 1, documented...)
	a := &Access{Redis: localAddress(first), Queue: "default"}
	results := only(t, redisClusterChecks, a)
	if !Green(results) {
		t.Fatalf("a whole cluster is red: %v", Err(results))
	}
	if results[1].Proof != "48 keys moved to 3 primaries and back" {
		t.Errorf("proof %q", results[1].Proof)
	}
	if q := only(t, queueChecks, a); !Green(q) || q[0].Proof != "a job went in and out; 0 wait in default" {
		t.Errorf("queue %+v", q)
	}

	kill(5)
	results = only(t, redisClusterChecks, a)
	if results[0].Ready || !strings.Contains(results[0].Cause, "node 5") || !strings.Contains(results[0].Next, "app=redis-cluster") {
		t.Errorf("with a node lost: %+v", results[0])
	}
}

// A setting that is not the documented one is named, with both values.
func TestRedisSettingOfAnother(t *testing.T) {
	args := append(append([]string{}, documented...), "--maxmemory-policy", "allkeys-lru")
	first, _ := redisCluster(t, 6, 1, args...)
	results := only(t, redisClusterChecks, &Access{Redis: localAddress(first)})
	if want := `setting maxmemory-policy is "allkeys-lru", documented is "volatile-lru"`; results[0].Ready || !strings.Contains(results[0].Cause, want) {
		t.Errorf("result %+v, want cause %s", results[0], want)
	}
}

func TestSingleRedisIsNoCluster(t *testing.T) {
	port := freePorts(t, 1)
	serveRedis(t, port)
	a := &Access{Redis: localAddress(port), Queue: "default"}
	if results := only(t, queueChecks, a); !Green(results) {
		t.Errorf("queue on a single server: %v", Err(results))
	}
	if results := only(t, redisClusterChecks, a); results[1].Ready || !strings.Contains(results[1].Cause, "single server") {
		t.Errorf("result %+v", results[1])
	}
}
