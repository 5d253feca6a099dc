package observation

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func samples() []Record {
	current := 12.5
	return []Record{
		{Time: t0, Kind: KindRun, Run: &RunInfo{ID: "r", Plan: "name: x\n"}},
		{Time: t0.Add(time.Second), Kind: KindPhase, Phase: &Phase{Name: "step", Load: "step", Open: true}},
		{Time: t0.Add(2 * time.Second), Kind: KindHPA, HPA: &HPA{Name: "h", Metrics: []HPAMetric{{Name: "m", Target: 100, Current: &current}}}},
		{Time: t0.Add(3 * time.Second), Kind: KindProm, Prom: &Prom{Query: "q", Outcome: PromValue, Series: []PromSeries{{Value: Float(math.Inf(1))}}}},
		{Time: t0.Add(4 * time.Second), Kind: KindPhase, Phase: &Phase{Name: "step", Load: "step"}},
		{Time: t0.Add(5 * time.Second), Kind: KindEnd, End: &End{Outcome: Completed}},
	}
}

func write(t *testing.T, records []Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, r := range records {
		w.Observe(r)
	}
	if err := w.Err(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	want := samples()
	got, truncated, err := Read(bytes.NewReader(write(t, want)))
	if err != nil || truncated {
		t.Fatalf("Read: truncated %v, error %v", truncated, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A killed process leaves a prefix of its log. Any prefix must read as the
// whole records in it.
func TestReadOfAnyPrefix(t *testing.T) {
	log := write(t, samples())
	for cut := range log {
		got, truncated, err := Read(bytes.NewReader(log[:cut]))
		if err != nil {
			t.Fatalf("prefix of %d bytes: %v", cut, err)
		}
		whole := bytes.Count(log[:cut], []byte("\n"))
		atEnd := cut == 0 || log[cut-1] == '\n'
		if len(got) != whole || truncated == atEnd {
			t.Errorf("prefix of %d bytes: %d records (want %d), truncated %v", cut, len(got), whole, truncated)
		}
	}
}

func TestReadNamesTheDamagedLine(t *testing.T) {
	for _, c := range []struct{ name, log, want string }{
		{"no JSON", "{\"t\":\"2026-11-24T03:00:00Z\",\"kind\":\"end\"}\nxx\n", "line 2: decode record"},
		{"unknown field", "{\"kind\":\"end\",\"colour\":1}\n", `unknown field "colour"`},
		{"endless line", strings.Repeat("x", MaxLine+1), "line 1: longer than"},
	} {
		_, _, err := Read(strings.NewReader(c.log))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

func TestWriterKeepsItsFirstError(t *testing.T) {
	full := errors.New("no space left on device")
	w := NewWriter(brokenWriter{full})
	w.Observe(samples()[0])
	w.Observe(Record{Kind: KindProm, Prom: &Prom{Series: []PromSeries{{Value: Float(math.NaN())}}}})
	if err := w.Err(); !errors.Is(err, full) {
		t.Errorf("Err() = %v, want the first error", err)
	}
}

func TestNaNIsNoValue(t *testing.T) {
	if b, err := json.Marshal(Float(math.NaN())); err == nil {
		t.Errorf("NaN was encoded as %s", b)
	}
	var f Float
	if err := json.Unmarshal([]byte(`"NaN"`), &f); err == nil {
		t.Errorf("NaN was decoded as %v", f)
	}
}

func TestAssemble(t *testing.T) {
	run, err := Assemble(samples(), false)
	if err != nil {
		t.Fatal(err)
	}
	from, to, ok := run.Span("step")
	if !ok || !from.Equal(t0.Add(time.Second)) || !to.Equal(t0.Add(4*time.Second)) {
		t.Errorf("Span = %v, %v, %v", from, to, ok)
	}
	if _, _, ok := run.Span("other"); ok {
		t.Error("a load that never started has a span")
	}
	if run.End == nil || len(run.HPAs) != 1 || len(run.Proms) != 1 {
		t.Errorf("assembled %+v", run)
	}
}

func TestAssembleOfAKilledRun(t *testing.T) {
	run, err := Assemble(samples()[:3], true)
	if err != nil {
		t.Fatal(err)
	}
	_, to, ok := run.Span("step")
	if !ok || !to.Equal(t0.Add(2*time.Second)) {
		t.Errorf("an open load ends with the log: got %v, %v", to, ok)
	}
	if run.End != nil || !run.Truncated {
		t.Errorf("End %v, Truncated %v", run.End, run.Truncated)
	}
}

func TestAssembleRefuses(t *testing.T) {
	for name, recs := range map[string][]Record{
		"nothing":         nil,
		"no run record":   samples()[1:],
		"a kind unfilled": {samples()[0], {Kind: KindPod}},
		"a kind unknown":  {samples()[0], {Kind: "weather"}},
	} {
		if _, err := Assemble(recs, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, r := range samples() {
		w.Observe(r)
	}
	f.Add(b.Bytes())
	f.Add([]byte("{\"t\":\"2026-11-24T03:00:00Z\",\"kind\":\"requests\",\"requests\":{\"count\":1,\"response\":{\"n\":1}}}\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		records, truncated, err := Read(bytes.NewReader(log))
		if err != nil {
			return
		}
		again, _, err := Read(bytes.NewReader(write(t, records)))
		if err != nil || len(again) != len(records) {
			t.Fatalf("a log that was read does not survive writing: %d of %d records, %v", len(again), len(records), err)
		}
		_, _ = Assemble(records, truncated)
	})
}
