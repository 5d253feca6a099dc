package vegetaload

import (
	"strconv"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/observation"
)

// hits pairs vegeta's sequence numbers with the arrivals that were released.
// Vegeta numbers requests from 0 as workers take them, so number n is the
// n-th arrival released; dropped arrivals have no number.
type hits struct {
	recorder Recorder

	mu       sync.Mutex
	released uint64
	open     map[uint64]*hit
}

// hit is one request on its way.
type hit struct {
	due      time.Time
	started  time.Time
	ended    time.Time // zero: vegeta knows
	name     string    // of the endpoint
	cause    string    // why no response came
	stopped  bool      // cut off by our own stop
	servedBy string
	bytesIn  int64
}

func newHits(r Recorder) *hits {
	return &hits{recorder: r, open: make(map[uint64]*hit)}
}

// inFlight counts what was released and has not ended.
func (h *hits) inFlight() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open)
}

// release gives the next number to the arrival due at due.
func (h *hits) release(due time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[h.released] = &hit{due: due}
	h.released++
}

// start marks the request of a number as sent.
func (h *hits) start(number string) *hit {
	seq, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return nil
	}
	h.mu.Lock()
	one := h.open[seq]
	h.mu.Unlock()
	if one == nil {
		return nil
	}
	one.started = time.Now()
	h.recorder.Started(one.due, one.started)
	return one
}

// end meters the request that a result belongs to.
func (h *hits) end(r *vegeta.Result) {
	h.mu.Lock()
	one := h.open[r.Seq]
	delete(h.open, r.Seq)
	h.mu.Unlock()
	if one == nil {
		return
	}
	if one.started.IsZero() { // it was never sent: there was no target for it
		h.recorder.Dropped(one.due, 1)
		return
	}
	status := int(r.Code)
	if one.cause != "" {
		status = 0 // a response that broke off is no response
	}
	if one.ended.IsZero() {
		one.ended = r.End()
	}
	h.recorder.Done(observation.Request{
		Name:   one.name,
		Status: status,
		Error:  one.cause,
		// What our own stop cut off says nothing of the platform.
		Failed:   !one.stopped && (status < 200 || status >= 400),
		ServedBy: one.servedBy,
		Due:      one.due,
		Started:  one.started,
		Ended:    one.ended,
		BytesIn:  one.bytesIn,
		BytesOut: int64(r.BytesOut),
	})
}

// dropUnsent accounts for an arrival that a stop overtook between its release
// and a worker.
func (h *hits) dropUnsent() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for seq, one := range h.open {
		h.recorder.Dropped(one.due, 1)
		delete(h.open, seq)
	}
}
