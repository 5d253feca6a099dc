package platform

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

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
