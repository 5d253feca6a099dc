package spec

import (
	"reflect"
	"testing"
	"time"
)

func TestTimetable(t *testing.T) {
	p, err := Parse(everything, read(t, everything), Options{})
	if err != nil {
		t.Fatal(err)
	}
	const s = time.Second
	want := []Row{
		{0, 30 * s, "staged", "0 VUs to 100 VUs over 30s"},
		{30 * s, 0, "staged", "100 VUs to 50 VUs over 0s"},
		{30 * s, 60 * s, "staged", "50 VUs for 1m"},
		{90 * s, 0, "staged", "ends"},
		{90 * s, 0, "own stages", "runs script.js with its own stages"},
		{120 * s, 10 * s, "step", "0/s to 2/s over 10s, 10 requests to POST http://[::1]:8000/api/items"},
		{120 * s, 4 * s, "burst", "400 jobs onto jobs over 4s"},
		{124 * s, 0, "burst", "ends"},
		{130 * s, 90 * s, "step", "2200/s for 1m30s, 198,000 requests to POST http://[::1]:8000/api/items"},
		{150 * s, 0, "primary lost", "deletes the pods with role in (primary),app=db"},
		{220 * s, 0, "step", "ends"},
	}
	if got := Timetable(p); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if d := p.Duration(); d != 220*s {
		t.Errorf("Duration() = %v", d)
	}
}

// TestScriptDuration: what the engine says about a script counts once it is
// filled in.
func TestScriptDuration(t *testing.T) {
	p := &Plan{Loads: []Load{{Name: "a", Start: time.Minute, Script: &Script{File: "a.js"}}, {Name: "b", Queue: &Queue{List: "q", Jobs: 1000}}}}
	if d := p.Duration(); d != time.Minute {
		t.Errorf("before: %v", d)
	}
	p.Loads[0].Script.Duration = 16 * time.Minute
	if d := p.Duration(); d != 17*time.Minute {
		t.Errorf("after: %v", d)
	}
	want := []Row{
		{0, 0, "b", "1,000 jobs onto q at once"},
		{time.Minute, 16 * time.Minute, "a", "runs a.js with its own stages, 16m"},
		{17 * time.Minute, 0, "a", "ends"},
	}
	if got := Timetable(p); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestHint(t *testing.T) {
	known := []string{"name", "loads", "stages"}
	for word, want := range map[string]string{
		"nme": `: did you mean "name"?`, "LOADS": `: did you mean "loads"?`, "stage": `: did you mean "stages"?`,
		"x": ": known here: name, loads, stages", "": ": known here: name, loads, stages", "something": ": known here: name, loads, stages",
	} {
		if got := hint(word, known); got != want {
			t.Errorf("hint(%q) = %q, want %q", word, got, want)
		}
	}
}
