package kubewatch

import (
	"testing"
	"time"
)

func TestContactMakesOneGapOfABreak(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
	to := &sink{}
	c := &contact{source: "watch pod", sink: to}
	c.lost("not there yet") // before the first contact
	c.good(at(10))
	c.good(at(20))
	c.lost("reset")
	c.lost("refused")
	c.lost("forbidden")
	c.good(at(30))
	c.lost("reset")
	c.close(at(40))
	c.close(at(50))
	if len(to.records) != 2 {
		t.Fatalf("%d records, want two gaps", len(to.records))
	}
	for i, want := range []struct {
		from, to int64
		reason   string
	}{{20, 30, "reset; then forbidden"}, {30, 40, "reset"}} {
		g := to.records[i].Gap
		if g.Source != "watch pod" || !g.From.Equal(at(want.from)) || !g.To.Equal(at(want.to)) || g.Reason != want.reason {
			t.Errorf("gap %d is %+v, want %+v", i, *g, want)
		}
	}
}
