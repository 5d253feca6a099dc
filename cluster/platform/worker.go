package platform

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// retryPause is the pause after Redis has failed.
const retryPause = time.Second

// worker takes jobs one at a time and pays their configured cost.
type worker struct {
	cfg       config
	log       *slog.Logger
	queue     jobQueue
	burner    burner
	reachable atomic.Bool // the last call to the queue succeeded
	processed prometheus.Counter
	failures  prometheus.Counter
}

func runWorker(ctx context.Context, cfg config, log *slog.Logger) error {
	queue := newRedisQueue(cfg.RedisAddr, cfg.Queue)
	w := newWorker(cfg, log, queue)
	s := newServer(cfg, log)
	s.healthy = w.reachable.Load
	s.metrics.registry.MustRegister(w.processed, w.failures, newQueueLength(cfg.Queue, queue, log))

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
	return &worker{
		cfg: cfg, log: log, queue: queue, burner: newBurner(cfg.JobCPU),
		processed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "jobs_processed_total", Help: "Jobs done.", ConstLabels: labels}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "queue_errors_total", Help: "Calls to the queue that failed.", ConstLabels: labels}),
	}
}

// run works until ctx is cancelled, and then finishes the job in hand.
func (w *worker) run(ctx context.Context) {
	if _, err := w.queue.length(ctx); err == nil {
		w.reachable.Store(true) // ready at once, not only after the first take
	}
	for ctx.Err() == nil {
		_, ok, err := w.queue.take()
		w.reachable.Store(err == nil)
		switch {
		case err != nil:
			w.failures.Inc()
			w.log.Warn("queue", "err", err)
			sleep(ctx, retryPause)
		case ok:
			w.do()
			w.processed.Inc()
		}
	}
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

// queueLength asks Redis at each scrape, so that the value is never older
// than the scrape.
type queueLength struct {
	desc  *prometheus.Desc
	queue jobQueue
	log   *slog.Logger
}

func newQueueLength(name string, queue jobQueue, log *slog.Logger) *queueLength {
	desc := prometheus.NewDesc("queue_length", "Current queue length", nil, prometheus.Labels{"queue_name": name})
	return &queueLength{desc: desc, queue: queue, log: log}
}

func (c *queueLength) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect leaves the series out where Redis does not answer: a gap is honest,
// an old value or a zero is not.
func (c *queueLength) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	n, err := c.queue.length(ctx)
	if err != nil {
		c.log.Warn("queue length", "err", err)
		return
	}
	ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(n))
}
