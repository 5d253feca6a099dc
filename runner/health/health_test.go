package health

import (
	"context"
	"testing"
	"time"
)

func TestProbe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := Start(ctx)
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); { // use the processor
	}
	h := p.Read()
	if h.Stall.Count() == 0 || h.CPU <= 0.1 || h.CPU > 64 {
		t.Errorf("%d wakes and %v cores in a busy tenth of a second", h.Stall.Count(), h.CPU)
	}
	cancel()
	p.Wait()
	if again := p.Read(); again.Stall.Count() > 2 {
		t.Errorf("%d wakes after the end", again.Stall.Count())
	}
}
