package redisconn

import (
	"slices"
	"testing"
)

func TestIntroduce(t *testing.T) {
	s := introduce("aaa 10.244.1.5:6379@16379,redis-0.redis.svc slave bbb 0 1 1 connected\n" +
		"bbb 10.244.2.7:6379@16379,redis-1.redis.svc,shard-id=1 myself,master - 0 1 1 connected 0-16383\n\n")
	if s.id != "bbb" || len(s.others) != 2 || !s.others["aaa"] || !slices.Equal(s.announced, []string{"10.244.2.7:6379", "redis-1.redis.svc:6379"}) {
		t.Errorf("got %+v", s)
	}
}

func TestAnnounced(t *testing.T) {
	for field, want := range map[string][]string{
		"127.0.0.1:7000@17000":             {"127.0.0.1:7000"},
		"127.0.0.1:7000":                   {"127.0.0.1:7000"},
		"::1:7000@17000":                   {"[::1]:7000"},
		":0@0":                             nil,
		":7000@17000,node":                 {"node:7000"},
		"127.0.0.1:7000@17000,":            {"127.0.0.1:7000"},
		"127.0.0.1:7000@17000,,shard-id=1": {"127.0.0.1:7000"},
		"":                                 nil,
	} {
		if got := announced(field); !slices.Equal(got, want) {
			t.Errorf("announced(%q) = %q, want %q", field, got, want)
		}
	}
}

func TestNeighbours(t *testing.T) {
	if got := neighbours("127.0.0.1:6379", 3); !slices.Equal(got, []string{"127.0.0.1:6380", "127.0.0.1:6381"}) {
		t.Errorf("got %q", got)
	}
	if got := neighbours("127.0.0.1:6379", 1000); len(got) != maxNeighbours-1 {
		t.Errorf("got %d of them, want a bound", len(got))
	}
	if got := neighbours("127.0.0.1:6379", 0); len(got) != 0 {
		t.Errorf("got %q of a node that says nothing", got)
	}
}
