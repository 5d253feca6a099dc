package observation

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

func request(due time.Duration, took time.Duration, status int) Request {
	d := t0.Add(due)
	r := Request{Name: "GET /health", Status: status, Due: d, Started: d.Add(2 * time.Millisecond), Ended: d.Add(took), ServedBy: "pod-1"}
	if status == 0 {
		r.Error = "connection refused"
	}
	r.Failed = status != 200
	return r
}

func feed(m *Meter, rs ...Request) {
	for _, r := range rs {
		m.Started(r.Due, r.Started)
		m.Done(r)
	}
}

func TestMeterCutsFinishedSeconds(t *testing.T) {
	m := NewMeter("step", true)
	feed(m, request(0, 10*time.Millisecond, 200), request(100*time.Millisecond, 30*time.Millisecond, 503),
		request(1200*time.Millisecond, 10*time.Millisecond, 0))
	m.Dropped(t0, 4)

	first := m.Cut(t0.Add(1500*time.Millisecond), false, Health{CPU: 0.5})
	var g *Generator
	classes := map[string]*Requests{}
	var served int
	for _, r := range first {
		switch r.Kind {
		case KindGenerator:
			g = r.Generator
		case KindRequests:
			classes[r.Requests.Class] = r.Requests
		case KindServed:
			served++
		}
	}
	if g == nil || g.Due != 6 || g.Started != 2 || g.Dropped != 4 || g.CPU != 0.5 || !g.Open {
		t.Errorf("generator of the first second: %+v", g)
	}
	if len(classes) != 2 || classes["2xx"].Count != 1 || classes["5xx"].Failed != 1 {
		t.Errorf("windows of the first second: %+v", classes)
	}
	if c := classes["5xx"].Causes; !reflect.DeepEqual(c, map[string]uint64{"status 503": 1}) {
		t.Errorf("causes: %v", c)
	}
	if served != 1 {
		t.Errorf("%d first responses of one pod, want 1", served)
	}
	if got := classes["2xx"].Response.Max(); got != 10*time.Millisecond {
		t.Errorf("response from due time is %v, want 10ms", got)
	}
	if got := classes["2xx"].Service.Max(); got != 8*time.Millisecond {
		t.Errorf("service time is %v, want 8ms", got)
	}

	rest := m.Cut(t0.Add(1500*time.Millisecond), true, Health{})
	if len(rest) != 2 || rest[1].Requests.Class != "error" {
		t.Errorf("the last cut has %d records, want the running second's two: %+v", len(rest), rest)
	}
	if again := m.Cut(t0.Add(time.Hour), true, Health{}); len(again) != 0 {
		t.Errorf("cut twice: %+v", again)
	}
}

// Nothing that happened is lost or counted twice, however it is cut.
func TestMeterConservesRequests(t *testing.T) {
	m := NewMeter("step", true)
	var count, failed, due, started uint64
	tally := func(recs []Record) {
		for _, r := range recs {
			if r.Requests != nil {
				count += r.Requests.Count
				failed += r.Requests.Failed
			}
			if r.Generator != nil {
				due += r.Generator.Due
				started += r.Generator.Started
			}
		}
	}
	const n = 1000
	for i := range n {
		feed(m, request(time.Duration(i)*17*time.Millisecond, time.Duration(i%40)*time.Millisecond+3*time.Millisecond, 200+i%2*300))
		if i%50 == 0 {
			tally(m.Cut(t0.Add(time.Duration(i)*17*time.Millisecond), false, Health{}))
		}
	}
	tally(m.Cut(t0.Add(time.Hour), true, Health{}))
	if count != n || failed != n/2 || due != n || started != n {
		t.Errorf("count %d, failed %d, due %d, started %d; want %d, %d, %d, %d", count, failed, due, started, n, n/2, n, n)
	}
}

func TestMeterBoundsCauses(t *testing.T) {
	m := NewMeter("step", true)
	for i := range 3 * MaxCauses {
		r := request(0, time.Millisecond*3, 0)
		r.Error = fmt.Sprintf("dial: attempt %d", i)
		feed(m, r)
	}
	for _, rec := range m.Cut(t0.Add(time.Minute), true, Health{}) {
		if rec.Requests != nil && (len(rec.Requests.Causes) != MaxCauses+1 || rec.Requests.Causes["other"] != 2*MaxCauses) {
			t.Errorf("causes: %v", rec.Requests.Causes)
		}
	}
}
