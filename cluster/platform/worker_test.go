package platform

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// values collects the counters and gauges of c.
func values(t *testing.T, c prometheus.Collector) []float64 {
	t.Helper()
	ch := make(chan prometheus.Metric, 10)
	c.Collect(ch)
	close(ch)
	var got []float64
	for m := range ch {
		var d dto.Metric
		if err := m.Write(&d); err != nil {
			t.Fatal(err)
		}
		got = append(got, d.GetCounter().GetValue()+d.GetGauge().GetValue())
	}
	return got
}

// memoryQueue is a jobQueue without a server.
type memoryQueue struct {
	mu   sync.Mutex
	jobs int
	hand bool // a job is in the worker's hands
	err  error

	renewed, left int
}

func (q *memoryQueue) set(jobs int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs, q.err = jobs, err
}

func (q *memoryQueue) take() (string, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return "", false, q.err
	}
	if q.hand {
		return "job", true, nil
	}
	if q.jobs == 0 {
		q.mu.Unlock()
		time.Sleep(takeWait)
		q.mu.Lock()
		return "", false, nil
	}
	q.jobs--
	q.hand = true
	return "job", true, nil
}

func (q *memoryQueue) holds() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.hand
}

func (q *memoryQueue) done(context.Context, string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.hand = false
	}
	return q.err
}

func (q *memoryQueue) renew(context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.renewed++
	return q.err
}

func (q *memoryQueue) reclaim(context.Context) (int64, error) { return 0, nil }

func (q *memoryQueue) leave(context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left++
	return q.err
}

func (q *memoryQueue) length(context.Context) (int64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(q.jobs), q.err
}

func TestWorkerTakesJobsAtTheirCostAndDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &memoryQueue{jobs: 100}
		w := newWorker(testConfig(t, roleWorker, map[string]string{"PLATFORM_JOB_TIME": "2s"}), quiet, q)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()

		time.Sleep(21 * time.Second) // ten jobs done, the eleventh half done
		cancel()
		began := time.Now()
		<-done
		if took := time.Since(began); took != time.Second {
			t.Errorf("drained in %s, want the second that the job in hand needs", took)
		}
		if got := values(t, w.processed); !slices.Equal(got, []float64{11}) {
			t.Errorf("%v jobs processed, want 11", got)
		}
		if n, _ := q.length(ctx); n != 89 || q.hand {
			t.Errorf("%d jobs left, one in hand: %v; want 89 and none: none may be lost", n, q.hand)
		}
		if q.renewed != 2 || q.left != 1 {
			t.Errorf("renewed %d times, left %d times; want 2 in 21 s of a lease of 30 s, and 1", q.renewed, q.left)
		}
	})
}

// A job that is done is not done again because the queue was away just then.
func TestWorkerTellsTheQueueUntilItKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &memoryQueue{jobs: 1}
		w := newWorker(testConfig(t, roleWorker, map[string]string{"PLATFORM_JOB_TIME": "2s"}), quiet, q)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()

		time.Sleep(time.Second)
		q.set(0, errors.New("refused"))
		time.Sleep(10 * time.Second)
		q.set(0, nil)
		time.Sleep(5 * time.Second)
		if got := values(t, w.processed); !slices.Equal(got, []float64{1}) || q.holds() {
			t.Errorf("%v jobs done, one still in hand: %v; want the job done once", got, q.holds())
		}
		cancel()
		<-done
	})
}

// A worker that is told to stop while the queue is away does not wait for ever.
func TestWorkerDrainsWithoutItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &memoryQueue{jobs: 1}
		w := newWorker(testConfig(t, roleWorker, map[string]string{"PLATFORM_JOB_TIME": "2s", "PLATFORM_DRAIN_TIMEOUT": "5s"}), quiet, q)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()

		time.Sleep(time.Second)
		q.set(0, errors.New("refused"))
		cancel()
		began := time.Now()
		<-done
		if took := time.Since(began); took < 5*time.Second || took > 10*time.Second || !q.hand {
			t.Errorf("drained in %s, job in hand %v; want the rest of the job, 5 s, and the job still there", took, q.hand)
		}
	})
}

func TestWorkerOutlivesAQueueThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &memoryQueue{err: errors.New("refused")}
		w := newWorker(testConfig(t, roleWorker, nil), quiet, q)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()

		time.Sleep(5500 * time.Millisecond)
		if w.reachable.Load() {
			t.Error("reachable while the queue fails")
		}
		if got := values(t, w.failures); !slices.Equal(got, []float64{6}) {
			t.Errorf("%v failures in 5.5 s, want one a second: 6", got)
		}
		q.set(3, nil)
		time.Sleep(2 * time.Second)
		if got := values(t, w.processed); !slices.Equal(got, []float64{3}) || !w.reachable.Load() {
			t.Errorf("%v jobs processed, reachable %v after the queue came back", got, w.reachable.Load())
		}
		cancel()
		<-done
	})
}

func TestQueueLengthLeavesAGapRatherThanAnOldValue(t *testing.T) {
	q := &memoryQueue{jobs: 42}
	c := newQueueLength("default", q, quiet)
	if got := values(t, c); !slices.Equal(got, []float64{42}) {
		t.Errorf("queue_length %v, want 42", got)
	}
	q.set(42, errors.New("refused"))
	if got := values(t, c); len(got) != 0 {
		t.Errorf("queue_length %v while the queue cannot be asked, want no series", got)
	}
}
