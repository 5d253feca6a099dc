package remotewrite

import (
	"crypto/tls"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

func TestDefaults(t *testing.T) {
	c, err := NewConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.url.String() != "http://localhost:9090/api/v1/write" || c.interval != 5*time.Second || c.native || c.stale ||
		len(c.stats) != 1 || c.stats[0].suffix != "_p99" || c.tls.MinVersion != tls.VersionTLS13 || c.tls.InsecureSkipVerify || c.labels != nil {
		t.Errorf("got %+v", c)
	}
	c, err = NewConfig("https://user:secret@x/y", map[string]string{"K6_PROMETHEUS_RW_SERVER_URL": "http://other", "K6_PROMETHEUS_RW_TLS_MIN_VERSION": "1.2",
		"K6_PROMETHEUS_RW_PUSH_INTERVAL": "1500", "K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY": "true", "K6_PROMETHEUS_RW_BEARER_TOKEN": "abc", "OTHER": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if c.interval != 1500*time.Millisecond || c.tls.MinVersion != tls.VersionTLS12 || !c.tls.InsecureSkipVerify || c.header.Get("Authorization") != "Bearer abc" {
		t.Errorf("got %+v", c)
	}
	if d := New(c).Description(); d != "Prometheus remote write (https://user:xxxxx@x/y)" {
		t.Errorf("described as %s", d)
	}
}

func TestBadConfig(t *testing.T) {
	for _, tt := range []struct {
		url  string
		env  map[string]string
		want string
	}{
		{"ftp://x", nil, `"ftp://x" is no URL of a server: write it like http://localhost:9090/api/v1/write`},
		{"localhost:9090", nil, "is no URL of a server"},
		{"http://a:secret\x7f@x", nil, "the URL of the server cannot be read"},
		{"", map[string]string{"SIGV4_REGION": "x"}, "K6_PROMETHEUS_RW_SIGV4_REGION: requests are not signed for AWS"},
		{"", map[string]string{"TREND_STAT": "x"}, "K6_PROMETHEUS_RW_TREND_STAT is not known: there are K6_PROMETHEUS_RW_SERVER_URL, "},
		{"", map[string]string{"HEADERS_": "x"}, `K6_PROMETHEUS_RW_HEADERS_: "" is no name of a header`},
		{"", map[string]string{"PUSH_INTERVAL": "1ms"}, "K6_PROMETHEUS_RW_PUSH_INTERVAL is 1ms: it must be 100ms or more"},
		{"", map[string]string{"PUSH_INTERVAL": "soon"}, `K6_PROMETHEUS_RW_PUSH_INTERVAL: "soon" is no duration`},
		{"", map[string]string{"STALE_MARKERS": "yes"}, `K6_PROMETHEUS_RW_STALE_MARKERS is "yes": it must be true or false`},
		{"", map[string]string{"TREND_AS_NATIVE_HISTOGRAM": "2"}, "must be true or false"},
		{"", map[string]string{"INSECURE_SKIP_TLS_VERIFY": "2"}, "must be true or false"},
		{"", map[string]string{"TREND_STATS": "p(99),mean"}, `the statistic "mean" does not exist: there are count, sum, min, max, avg, med and p(N)`},
		{"", map[string]string{"TREND_STATS": "p(101)"}, `"101" is no number from 0 to 100`},
		{"", map[string]string{"TREND_STATS": "p(1e1)"}, `"1e1" is no number from 0 to 100`},
		{"", map[string]string{"TLS_MIN_VERSION": "1.1"}, `K6_PROMETHEUS_RW_TLS_MIN_VERSION is "1.1": there are 1.2 and 1.3`},
		{"", map[string]string{"CLIENT_CERTIFICATE": "x"}, "belong together"},
		{"", map[string]string{"CLIENT_CERTIFICATE": "/no/such", "CLIENT_CERTIFICATE_KEY": "/no/such"}, "read the client certificate: open /no/such"},
		{"", map[string]string{"LABELS": "a=b,c"}, `K6_PROMETHEUS_RW_LABELS: "c" lacks its value`},
		{"", map[string]string{"HTTP_HEADERS": "a:b,c"}, `K6_PROMETHEUS_RW_HTTP_HEADERS: "c" lacks its value`},
		{"", map[string]string{"HTTP_HEADERS": "a b:c"}, `"a b" is no name of a header`},
		{"", map[string]string{"HEADERS_A": "b\nc"}, "the value of A is none that a header can have"},
		{"", map[string]string{"HEADERS_content-type": "b"}, "the header Content-Type belongs to the protocol"},
		{"", map[string]string{"BEARER_TOKEN": "a", "USERNAME": "b"}, "exclude each other"},
		{"", map[string]string{"BEARER_TOKEN": "a\n"}, "K6_PROMETHEUS_RW_BEARER_TOKEN is none that a header can carry"},
		{"", map[string]string{"PASSWORD": "b"}, "K6_PROMETHEUS_RW_PASSWORD is set without K6_PROMETHEUS_RW_USERNAME"},
		{"", map[string]string{"USERNAME": "b", "HEADERS_AUTHORIZATION": "x"}, "there is a header Authorization besides"},
	} {
		env := make(map[string]string)
		for k, v := range tt.env {
			env[prefix+k] = v
		}
		_, err := NewConfig(tt.url, env)
		if err == nil || !strings.HasPrefix(err.Error(), "output experimental-prometheus-rw: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q %v: got %v, want %s", tt.url, tt.env, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells a password", err)
		}
	}
}

func TestLabels(t *testing.T) {
	static, err := parseLabels("env=prod, =x,y=,__name__=z,env = test,my-server=1, b=s")
	if err != nil {
		t.Fatal(err)
	}
	tags := metric.Set{"b": "own", "my-tag": "2", "my.tag": "1", "0": "zero", "__name__": "n", "": "e", "é": "x", "no": "", "bad": "a\xffb"}
	got := collect(nil, tags, static)
	want := []label{{"_", "e"}, {"_0", "zero"}, {"__", "x"}, {"b", "own"}, {"bad", "a\uFFFDb"}, {"env", "test"}, {"my_server", "1"}, {"my_tag", "1;2"}, {"tag__name__", "n"}}
	want[2].name = "tag__"
	slices.SortFunc(want, func(a, b label) int { return strings.Compare(a.name, b.name) })
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, l := range got {
		if !validLabel(l.name) {
			t.Errorf("%q is no name of a label", l.name)
		}
	}
}

func FuzzLabelName(f *testing.F) {
	for _, s := range []string{"a", "", "0", "__name__", "é", "a-b", "_", "__"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		if name := labelName(tag); !validLabel(name) || (validLabel(tag) && name != tag) {
			t.Errorf("%q becomes %q", tag, name)
		}
	})
}

// TestNamesDiffer has metrics whose names are the same but for a suffix.
func TestNamesDiffer(t *testing.T) {
	_, of := metrics(t)
	c, err := NewConfig("", map[string]string{"K6_PROMETHEUS_RW_TREND_STATS": "count"})
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(&c, func(string) {})
	s.add([]metric.Sample{sample(of("a", metric.Counter, metric.Default), 1, nil), sample(of("a_total", metric.Gauge, metric.Default), 1, nil),
		sample(of("b", metric.Trend, metric.Default), 1, nil), sample(of("b_count", metric.Gauge, metric.Time), 1, nil), sample(of("b_count_seconds", metric.Gauge, metric.Default), 1, nil)})
	want := []string{"k6_a_total", "k6_a_total_gauge", "k6_b_count", "k6_b_count_seconds", "k6_b_count_seconds_gauge"}
	if got := slices.Sorted(maps.Keys(s.names)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
