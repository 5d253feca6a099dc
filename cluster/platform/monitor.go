package platform

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// monitorTimeout bounds one look at kube-state-metrics.
const monitorTimeout = 4 * time.Second

// monitor counts scaling events: the guide's scaling_events_total. A program
// that is scaled cannot count them itself. A pod that starts does not know
// whether it was scaled, replaced or restarted, and the one that is scaled away
// takes its count with it. The monitor is one pod that looks at what
// kube-state-metrics says each Deployment is asked to have.
type monitor struct {
	cfg    config
	log    *slog.Logger
	client *http.Client
	events *prometheus.CounterVec
	errors prometheus.Counter

	mu       sync.Mutex
	replicas map[string]int // by Deployment, as last seen
}

func runMonitor(ctx context.Context, cfg config, log *slog.Logger) error {
	s := newServer(cfg, log)
	m := newMonitor(cfg, log)
	s.metrics.registry.MustRegister(m.events, m.errors)
	watched, stop := context.WithCancel(ctx)
	defer stop()
	var tasks sync.WaitGroup
	tasks.Go(func() { m.run(watched) })
	err := s.listenAndServe(ctx)
	stop()
	tasks.Wait()
	m.client.CloseIdleConnections()
	return err
}

func newMonitor(cfg config, log *slog.Logger) *monitor {
	return &monitor{
		cfg: cfg, log: log, client: &http.Client{Timeout: monitorTimeout, Transport: &http.Transport{}},
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "scaling_events_total", Help: "Total scaling events"}, []string{"component", "direction"}),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "scaling_monitor_errors_total", Help: "Looks at kube-state-metrics that failed: what happened meanwhile may be missing."}),
		replicas: make(map[string]int),
	}
}

func (m *monitor) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := m.look(ctx); err != nil && ctx.Err() == nil {
			m.errors.Inc()
			m.log.Warn("scaling events", "err", err)
		}
		sleep(ctx, m.cfg.MonitorStep)
	}
}

// look reads the replicas of every Deployment and counts those that changed.
func (m *monitor) look(ctx context.Context) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.cfg.StateURL.String(), nil)
	if err != nil {
		return fmt.Errorf("ask kube-state-metrics: %w", err)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask kube-state-metrics: %w", err)
	}
	defer func() {
		if cerr := resp.Body.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close answer of kube-state-metrics: %w", cerr)
		}
	}()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ask kube-state-metrics: answered %s", resp.Status)
	}
	return m.read(resp.Body)
}

// asked is a sample of how many replicas a Deployment is asked to have. The
// order of the labels is kube-state-metrics's own.
var asked = regexp.MustCompile(`^kube_deployment_spec_replicas\{namespace="([^"]*)",deployment="([^"]*)"\} ([0-9.e+]+)$`)

func (m *monitor) read(from io.Reader) error {
	lines, found := bufio.NewScanner(from), 0
	for lines.Scan() {
		parts := asked.FindStringSubmatch(lines.Text())
		if parts == nil {
			continue
		}
		found++
		n, err := strconv.ParseFloat(parts[3], 64)
		if err != nil {
			return fmt.Errorf("read %q: %w", lines.Text(), err)
		}
		if parts[1] == m.cfg.Namespace {
			m.note(parts[2], int(n))
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read answer of kube-state-metrics: %w", err)
	}
	if found == 0 {
		return errors.New("kube-state-metrics knows no Deployment")
	}
	return nil
}

// note counts a change of a Deployment as one event, however far it goes. Both
// counters begin at zero: Prometheus sees an increase only from there on.
func (m *monitor) note(component string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	up, down := m.events.WithLabelValues(component, "up"), m.events.WithLabelValues(component, "down")
	switch last, known := m.replicas[component]; {
	case known && n > last:
		up.Inc()
	case known && n < last:
		down.Inc()
	}
	m.replicas[component] = n
}
