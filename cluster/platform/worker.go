package platform

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// retryPause is the pause after Redis has failed.
const retryPause = time.Second

// renewals is how many times a worker is heard within its lease: it takes
// three that fail in a row to lose a job to another.
const renewals = 4

// worker takes jobs one at a time and pays their configured cost.
type worker struct {
	cfg       config
	log       *slog.Logger
	queue     jobQueue
	burner    burner
	reachable atomic.Bool // the last call to the queue succeeded
	processed prometheus.Counter
	failures  prometheus.Counter
	reclaimed prometheus.Counter
}

func runWorker(ctx context.Context, cfg config, log *slog.Logger) error {
	queue := newRedisQueue(cfg)
	w := newWorker(cfg, log, queue)
	s := newServer(cfg, log)
	s.healthy = w.reachable.Load
	s.metrics.registry.MustRegister(w.processed, w.failures, w.reclaimed, newQueueLength(cfg.Queue, queue, log))

	served, stop := context.WithCancel(ctx)
	defer stop()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		w.run(served)
	}()
	err := s.listenAndServe(ctx)
	stop()
	<-worked // the job in hand is done before the program ends
	return errors.Join(err, queue.Close())
}

func newWorker(cfg config, log *slog.Logger, queue jobQueue) *worker {
	labels := prometheus.Labels{"queue_name": cfg.Queue}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels})
	}
	return &worker{
		cfg: cfg, log: log, queue: queue, burner: newBurner(cfg.JobCPU),
		processed: counter("jobs_processed_total", "Jobs done."),
		failures:  counter("queue_errors_total", "Calls to the queue that failed."),
		reclaimed: counter("jobs_reclaimed_total", "Jobs that this worker put back for workers that had fallen silent."),
	}
}

// run works until ctx is cancelled: it then takes no new job, ends the one in
// hand, and says so.
func (w *worker) run(ctx context.Context) {
	if _, err := w.queue.length(ctx); err == nil {
		w.reachable.Store(true) // ready at once, not only after the first take
	}
	keep, stop := context.WithCancel(context.WithoutCancel(ctx)) // beyond ctx: a job may outlast it
	var kept sync.WaitGroup
	kept.Go(func() { w.keepLease(keep) })
	for ctx.Err() == nil {
		job, ok, err := w.queue.take()
		w.answered(err)
		switch {
		case err != nil:
			sleep(ctx, retryPause)
		case ok:
			w.do()
			w.processed.Inc()
			w.end(ctx, job)
		}
	}
	stop()
	kept.Wait()
	w.leave()
}

// end tells the queue that job is done, until it knows. A worker that is told
// to stop tries for the drain time and then goes: the job will be done again.
func (w *worker) end(ctx context.Context, job string) {
	var deadline time.Time
	for {
		err := w.queue.done(context.WithoutCancel(ctx), job)
		w.answered(err)
		if err == nil {
			return
		}
		if ctx.Err() != nil && deadline.IsZero() {
			deadline = time.Now().Add(w.cfg.DrainTimeout)
		}
		if !deadline.IsZero() && time.Now().After(deadline) {
			w.log.Warn("a job that is done will be done again: the queue could not be told", "err", err)
			return
		}
		time.Sleep(retryPause)
	}
}

// keepLease says that this worker is alive, and looks for those that are not.
func (w *worker) keepLease(ctx context.Context) {
	for {
		sleep(ctx, w.cfg.JobLease/renewals)
		if ctx.Err() != nil {
			return
		}
		if err := w.queue.renew(ctx); err != nil {
			w.failed(ctx, err)
			continue
		}
		n, err := w.queue.reclaim(ctx)
		w.reclaimed.Add(float64(n))
		if err != nil {
			w.failed(ctx, err)
		}
	}
}

func (w *worker) leave() {
	if err := w.queue.leave(context.Background()); err != nil {
		w.failed(context.Background(), err)
	}
}

// answered notes whether the queue did.
func (w *worker) answered(err error) {
	w.reachable.Store(err == nil)
	if err != nil {
		w.failed(context.Background(), err)
	}
}

// failed counts an error, unless it is that ctx has ended.
func (w *worker) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	w.failures.Inc()
	w.log.Warn("queue", "err", err)
}

// do pays the cost of one job: CPU first, the rest of its time asleep, as a job
// that waits for another service does.
func (w *worker) do() {
	start := time.Now()
	w.burner.burn()
	if rest := w.cfg.JobTime - time.Since(start); rest > 0 {
		time.Sleep(rest)
	}
}
