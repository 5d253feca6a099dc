package platform

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// usageStep is the shortest time over which CPU usage is measured: two scrapes
// at once would divide by next to nothing.
const usageStep = time.Second

// resourceUsage is the guide's resource_usage_percent of the node, as psutil
// computes it: CPU over the time since the last scrape, memory at the scrape.
//
// Every pod of a node reports the same node: take max by node, never the sum.
// Where /proc does not say, there is no series rather than a zero. So it is
// with the first value of the CPU, which psutil gives as 0.
type resourceUsage struct {
	desc *prometheus.Desc
	proc string // normally /proc
	now  func() time.Time

	mu      sync.Mutex
	last    cpuTimes
	lastAt  time.Time
	percent float64
	known   bool
}

func newResourceUsage(proc string, now func() time.Time) *resourceUsage {
	r := &resourceUsage{
		desc: prometheus.NewDesc("resource_usage_percent", "Resource usage percentage", []string{"resource", "component"}, nil),
		proc: proc, now: now,
	}
	if t, err := readCPU(proc); err == nil {
		r.last, r.lastAt = t, now()
	}
	return r
}

func (r *resourceUsage) Describe(ch chan<- *prometheus.Desc) { ch <- r.desc }

func (r *resourceUsage) Collect(ch chan<- prometheus.Metric) {
	if percent, ok := r.cpu(); ok {
		ch <- prometheus.MustNewConstMetric(r.desc, prometheus.GaugeValue, percent, "cpu", "node")
	}
	if percent, err := memoryPercent(r.proc); err == nil {
		ch <- prometheus.MustNewConstMetric(r.desc, prometheus.GaugeValue, percent, "memory", "node")
	}
}

func (r *resourceUsage) cpu() (percent float64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.now()
	if !r.lastAt.IsZero() && at.Sub(r.lastAt) < usageStep {
		return r.percent, r.known
	}
	t, err := readCPU(r.proc)
	if err != nil {
		return 0, false
	}
	if total := t.total - r.last.total; !r.lastAt.IsZero() && total > 0 {
		r.percent, r.known = 100*(1-(t.idle-r.last.idle)/total), true
	}
	r.last, r.lastAt = t, at
	return r.percent, r.known
}

// cpuTimes are ticks since the start, of all cores together.
type cpuTimes struct{ idle, total float64 }

// readCPU reads the first line of /proc/stat: user, nice, system, idle,
// iowait, irq, softirq, steal; what follows is in user and nice already
// (proc(5)). Waiting for a disk is idle, as in psutil.
func readCPU(proc string) (cpuTimes, error) {
	raw, err := os.ReadFile(proc + "/stat")
	if err != nil {
		return cpuTimes{}, fmt.Errorf("read CPU times: %w", err)
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	fields := strings.Fields(string(line))
	if len(fields) < 9 || fields[0] != "cpu" {
		return cpuTimes{}, fmt.Errorf("%s/stat begins with %q", proc, line)
	}
	var t cpuTimes
	for i, f := range fields[1:9] {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return cpuTimes{}, fmt.Errorf("%s/stat: %w", proc, err)
		}
		t.total += n
		if i == 3 || i == 4 {
			t.idle += n
		}
	}
	return t, nil
}

// memoryPercent is the share of memory that no program could have.
func memoryPercent(proc string) (float64, error) {
	raw, err := os.ReadFile(proc + "/meminfo")
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	values := map[string]float64{}
	for line := range strings.Lines(string(raw)) {
		name, rest, _ := strings.Cut(line, ":")
		if fields := strings.Fields(rest); len(fields) > 0 {
			if n, err := strconv.ParseFloat(fields[0], 64); err == nil {
				values[name] = n
			}
		}
	}
	total, available := values["MemTotal"], values["MemAvailable"]
	if _, ok := values["MemAvailable"]; !ok || total <= 0 {
		return 0, errors.New("no MemTotal and MemAvailable in " + proc + "/meminfo")
	}
	return 100 * (total - available) / total, nil
}
