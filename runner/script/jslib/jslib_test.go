package jslib

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/option"
)

func TestResolve(t *testing.T) {
	for url, want := range map[string]string{
		"https://jslib.k6.io/k6-utils/1.0.0/index.js":     "export function randomIntBetween(",
		"https://jslib.k6.io/k6-utils/1.14.2/index.js":    "export function randomIntBetween(",
		"https://jslib.k6.io/k6-summary/0.0.1/index.js":   "export function textSummary(",
		"https://jslib.k6.io/k6-summary/0.1.0/index.js":   "export function textSummary(",
		"https://jslib.k6.io/url/1.0.0/index.js":          "export class URL ",
		"https://jslib.k6.io/k6-utils/2.0.0/index.js":     "",
		"https://jslib.k6.io/k6-utils/1.4/index.js":       "",
		"https://jslib.k6.io/k6-utils/index.js":           "",
		"https://jslib.k6.io/k6-utils/1.4.0/../index.js":  "",
		"https://jslib.k6.io/k6-utils/1.4.0/other.js":     "",
		"https://jslib.k6.io/httpx/0.1.0/index.js":        "",
		"https://jslib.k6.io/":                            "",
		"http://jslib.k6.io/k6-utils/1.4.0/index.js":      "",
		"https://jslib.k6.io.x/k6-utils/1.4.0/index.js":   "",
		"https://jslib.k6.io/k6-utils/1.4.0/index.js?x=1": "",
		"./k6-utils/1.4.0/index.js":                       "",
	} {
		source, ok := Resolve(url)
		if ok != (want != "") || !strings.Contains(source, want) {
			t.Errorf("%s: got %t and %d bytes, want %q", url, ok, len(source), want)
		}
	}
}

func TestMissingNamesWhatThereIs(t *testing.T) {
	got := Missing("https://jslib.k6.io/httpx/0.1.0/index.js").Error()
	for _, want := range []string{`module "https://jslib.k6.io/httpx/0.1.0/index.js"`, "https://jslib.k6.io/k6-utils/1.4.0/index.js", "k6-summary", "/url/", "import them by path"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	for _, l := range libraries {
		if _, ok := Resolve(Host + l.name + "/" + l.example + "/index.js"); !ok {
			t.Errorf("the example of %s cannot be had", l.name)
		}
	}
}

func TestStages(t *testing.T) {
	schedule, err := arrival.New(arrival.Segment{Duration: time.Minute, From: 1, To: 5}, arrival.Segment{Duration: time.Minute, From: 5, To: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		scenario option.Scenario
		profiles string
	}{
		{option.Scenario{ExecutorName: "ramping-vus", Executor: executor.RampingVUs{Start: 1, Stages: []executor.Stage{
			{Duration: 10 * time.Second, Target: 1}, {Target: 5}, {Duration: 20 * time.Second, Target: 5}, {Duration: 10 * time.Second, Target: 0}}}},
			"steady ramp-up steady ramp-down"},
		{option.Scenario{ExecutorName: "ramping-arrival-rate", Executor: executor.ArrivalRate{Schedule: schedule}}, "ramp-up steady"},
		{option.Scenario{ExecutorName: "constant-arrival-rate", Executor: executor.ArrivalRate{Schedule: schedule}}, ""},
		{option.Scenario{ExecutorName: "constant-vus", Executor: executor.ConstantVUs{Count: 1, Length: time.Minute}}, ""},
	} {
		var got []string
		for _, s := range stages(tt.scenario) {
			got = append(got, s.profile())
		}
		if got := strings.Join(got, " "); got != tt.profiles {
			t.Errorf("%s: got %q, want %q", tt.scenario.ExecutorName, got, tt.profiles)
		}
	}
}

// TestStageAt: a stage counts up to where the next begins, a jump never, and
// the last for as long as iterations run.
func TestStageAt(t *testing.T) {
	list := []stage{{duration: 10 * time.Second}, {duration: 0}, {duration: 20 * time.Second}}
	for offset, want := range map[time.Duration]int{
		-time.Second: 0, 0: 0, 10*time.Second - 1: 0, 10 * time.Second: 2, 30*time.Second - 1: 2, 30 * time.Second: 2, time.Hour: 2,
	} {
		if got := at(list, offset); got != want {
			t.Errorf("after %v: got %d, want %d", offset, got, want)
		}
	}
}
