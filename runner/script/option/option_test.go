package option

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/executor"
)

const grace = 30 * time.Second

func TestScenarios(t *testing.T) {
	open, err := arrival.New(arrival.Segment{Duration: time.Minute, From: 2, To: 2})
	if err != nil {
		t.Fatal(err)
	}
	ramp, err := arrival.New(arrival.Segment{Duration: time.Minute, From: 5, To: 10}, arrival.Segment{Duration: 2 * time.Minute, From: 10, To: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text     string
		name     string
		executor string
		want     executor.Executor
	}{
		{``, "default", "per-vu-iterations", executor.PerVUIterations{Count: 1, Iterations: 1, MaxDuration: 10 * time.Minute, GracefulStop: grace}},
		{`{}`, "default", "per-vu-iterations", executor.PerVUIterations{Count: 1, Iterations: 1, MaxDuration: 10 * time.Minute, GracefulStop: grace}},
		{`{"vus":3}`, "default", "shared-iterations", executor.SharedIterations{Count: 3, Iterations: 3, MaxDuration: 10 * time.Minute, GracefulStop: grace}},
		{`{"vus":3,"iterations":9}`, "default", "shared-iterations", executor.SharedIterations{Count: 3, Iterations: 9, MaxDuration: 10 * time.Minute, GracefulStop: grace}},
		{`{"vus":3,"iterations":9,"duration":"1h10m5s500ms"}`, "default", "shared-iterations", executor.SharedIterations{Count: 3, Iterations: 9, MaxDuration: time.Hour + 10*time.Minute + 5500*time.Millisecond, GracefulStop: grace}},
		{`{"vus":3,"duration":1500}`, "default", "constant-vus", executor.ConstantVUs{Count: 3, Length: 1500 * time.Millisecond, GracefulStop: grace}},
		{`{"stages":[{"duration":"1m","target":5},{"target":0,"duration":0}]}`, "default", "ramping-vus",
			executor.RampingVUs{Start: 1, Stages: []executor.Stage{{Duration: time.Minute, Target: 5}, {}}, GracefulRampDown: grace, GracefulStop: grace}},
		{`{"vus":7,"stages":[{"duration":"1m","target":5}]}`, "default", "ramping-vus",
			executor.RampingVUs{Start: 7, Stages: []executor.Stage{{Duration: time.Minute, Target: 5}}, GracefulRampDown: grace, GracefulStop: grace}},
		{`{"scenarios":{"a":{"executor":"ramping-vus","startVUs":0,"gracefulRampDown":"5s","gracefulStop":"1s","stages":[{"duration":"1m","target":5}]}}}`, "a", "ramping-vus",
			executor.RampingVUs{Stages: []executor.Stage{{Duration: time.Minute, Target: 5}}, GracefulRampDown: 5 * time.Second, GracefulStop: time.Second}},
		{`{"scenarios":{"a":{"executor":"constant-arrival-rate","rate":120,"timeUnit":"1m","duration":"1m","preAllocatedVUs":4}}}`, "a", "constant-arrival-rate",
			executor.ArrivalRate{Schedule: open, PreAllocated: 4, Limit: 4, GracefulStop: grace}},
		{`{"scenarios":{"a":{"executor":"ramping-arrival-rate","startRate":5,"stages":[{"duration":"1m","target":10},{"duration":"2m","target":10}],"preAllocatedVUs":4,"maxVUs":9}}}`, "a", "ramping-arrival-rate",
			executor.ArrivalRate{Schedule: ramp, PreAllocated: 4, Limit: 9, GracefulStop: grace}},
	} {
		o, err := Decode([]byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := o.Scenarios[0]
		if len(o.Scenarios) != 1 || got.Name != tt.name || got.ExecutorName != tt.executor || got.Exec != "default" {
			t.Errorf("%s: got %+v", tt.text, o.Scenarios)
		}
		if !reflect.DeepEqual(got.Executor, tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.text, got.Executor, tt.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	for text, want := range map[string]string{
		`{"stage":[]}`:                   `options.stage: this option is not known and has no effect: did you mean "stages"?`,
		`{"discardresponsebodies":true}`: `did you mean "discardResponseBodies"?`,
		`{"somethingElseEntirely":1}`:    `options.somethingElseEntirely: this option is not known and has no effect`,
		`{"tlsAIAFetch":true}`:           `options.tlsAIAFetch: certificates are not fetched`,
		`{"vus":1,"scenarios":{"a":{"executor":"constant-vus","duration":"1s"}}}`: "vus has no effect beside scenarios",
	} {
		o, err := Decode([]byte(text))
		if err != nil || len(o.Warnings) != 1 || !strings.Contains(o.Warnings[0].String(), want) {
			t.Errorf("%s: got %v, %v, want %s", text, o.Warnings, err, want)
		}
	}
	for _, quiet := range []string{`{"cloud":{"a":1},"vus":null}`, `null`, `{"thresholds":{"checks":["rate>0"]},"noCookiesReset":true}`} {
		if o, err := Decode([]byte(quiet)); err != nil || len(o.Warnings) > 0 {
			t.Errorf("%s: got %v, %v, want no warning", quiet, o.Warnings, err)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10": 10 * time.Millisecond, "1.5": 1500 * time.Microsecond, "0": 0, "1m30s": 90 * time.Second,
		"2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "250ms": 250 * time.Millisecond,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "d", "1dd", "-d", "1d-1h", "1d2d", "NaN", "Inf", "1e300", "99999999999h", "1 m"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestWithStages(t *testing.T) {
	o, err := Decode([]byte(`{"tags":{"a":"b"},"scenarios":{"a":{"executor":"constant-vus","duration":"1s"},"b":{"executor":"constant-vus","duration":"1s"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := o.WithStages([]executor.Stage{{Duration: time.Second, Target: 3}})
	ramp, ok := got.Scenarios[0].Executor.(executor.RampingVUs)
	if !ok || len(got.Scenarios) != 1 || ramp.Stages[0].Target != 3 || got.Tags["a"] != "b" || len(got.Warnings) != 1 {
		t.Errorf("got %+v", got)
	}
	if len(o.Scenarios) != 2 || len(o.Warnings) != 0 {
		t.Errorf("the original changed: %+v", o)
	}
}

// FuzzDecode feeds anything to the decoder: it answers with options that can
// be run, or with problems that name their place.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"stages":[{"duration":"2m","target":100}],"thresholds":{"http_req_duration{a:b}":["p(95)<500",{"threshold":"avg<1","abortOnFail":true,"delayAbortEval":"1s"}]}}`,
		`{"scenarios":{"a":{"executor":"ramping-arrival-rate","startRate":1,"timeUnit":"1m","preAllocatedVUs":2,"stages":[{"target":5,"duration":1}]}}}`,
		`{"vus":1e9,"duration":-1}`, `{"scenarios":{"":null}}`, `[`, `{"a":{"a":[{"a":1}]}}`, `{"tags":{"a":1,"b":null}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := Decode(text)
		var problems Problems
		switch {
		case errors.As(err, &problems):
			for _, p := range problems {
				if p.Text == "" {
					t.Errorf("a problem at %v says nothing", p.Path)
				}
			}
		case err == nil:
			for _, s := range o.Scenarios {
				if initial, limit := s.Executor.VUs(); initial < 1 || limit < initial || limit > MaxVUs {
					t.Errorf("scenario %q: %d to %d VUs", s.Name, initial, limit)
				}
				if d := s.Executor.Duration(); d < 0 {
					t.Errorf("scenario %q lasts %v", s.Name, d)
				}
			}
			if len(o.Scenarios) == 0 {
				t.Error("no scenario and no problem")
			}
		}
	})
}

// FuzzSettings gives the environment and the command line any text: it makes
// options, or problems that name where the text was given.
func FuzzSettings(f *testing.F) {
	for _, s := range allSettings {
		f.Add(s.key, "5s:10,5m:20")
		f.Add(s.key, "ttl=5m,select=random")
		f.Add(s.key, "-1")
		f.Add(s.key, "10.0.0.0/8")
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		i := slices.IndexFunc(allSettings, func(s setting) bool { return s.key == key })
		if i < 0 {
			t.Skip()
		}
		fs := pflag.NewFlagSet("load", pflag.ContinueOnError)
		layer := Flags(fs)
		if s := allSettings[i]; s.flag != "" {
			if err := fs.Set(s.flag, value); err != nil {
				t.Fatalf("--%s %q: %v", s.flag, value, err)
			}
		}
		for _, l := range []*Layer{Env(map[string]string{allSettings[i].env: value}), layer()} {
			o, err := Resolve(l)
			if err != nil && !strings.HasPrefix(err.Error(), "--") && !strings.HasPrefix(err.Error(), "environment variable ") && !strings.HasPrefix(err.Error(), "the ") && !strings.HasPrefix(err.Error(), "options.executionSegment") {
				t.Errorf("%s %q: %v", key, value, err)
			}
			if err == nil && len(o.Scenarios) == 0 {
				t.Errorf("%s %q: no scenario", key, value)
			}
		}
	})
}

// TestRoundTrip writes options and reads them again: nothing is lost.
func TestRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"vus":5,"duration":"3s"}`, `{"stages":[{"duration":"1m","target":5}],"tags":{"a":"b"},"rps":7,"throw":true}`,
		`{"scenarios":{"a":{"executor":"ramping-arrival-rate","startRate":5,"timeUnit":"1m","stages":[{"duration":"1m","target":10}],"preAllocatedVUs":4,"maxVUs":9,"env":{"X":"y"},"tags":{"t":"u"},"startTime":"5s","exec":"f"}}}`,
		`{"hosts":{"*.example.com:8080":"127.0.0.1:80","b.example":"::1"},"dns":{"ttl":"inf","select":"first","policy":"any"},"blockHostnames":["*.x"],"blacklistIPs":["10.0.0.0/8"],"tlsVersion":{"min":"tls1.2","max":"tls1.3"},"systemTags":["status","vu"]}`,
		`{"thresholds":{"checks{a:b}":["rate>0.9",{"threshold":"rate>0.5","abortOnFail":true,"delayAbortEval":"3s"}]},"summaryTrendStats":["p(99.9)"],"summaryTimeUnit":"ms","executionSegment":"1/4:1/2","executionSegmentSequence":"0,1/4,1/2,1"}`,
	} {
		first, err := Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := Decode(written)
		if err != nil {
			t.Errorf("%s: written as %s: %v", text, written, err)
			continue
		}
		again, err := json.Marshal(second)
		if err != nil || string(again) != string(written) || len(second.Warnings) > 0 {
			t.Errorf("%s: written as\n%s and then as\n%s\n%v, warnings %v", text, written, again, err, second.Warnings)
		}
	}
}
