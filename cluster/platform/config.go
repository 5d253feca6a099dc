package platform

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"time"
)

// The roles of the binary.
const (
	roleBackend  = "backend"
	roleFrontend = "frontend"
	roleWorker   = "queue-worker"
)

// config is what the environment says about one role.
type config struct {
	Role         string
	PodName      string
	Port         int
	CPUCost      time.Duration
	Delay        time.Duration
	MaxConnAge   time.Duration
	DrainDelay   time.Duration
	DrainTimeout time.Duration
	BackendURL   *url.URL
	RedisAddr    string
	Queue        string
	JobCPU       time.Duration
	JobTime      time.Duration
}

// knob is one environment variable: the only description of it there is.
type knob struct {
	name, fallback, help string
	set                  func(value string) error
}

// knobs lists every variable that the binary reads. The prefix keeps them
// apart from the variables that Kubernetes injects per Service (REDIS_PORT).
func knobs(c *config) []knob {
	return []knob{
		{"POD_NAME", "", "name in the X-Served-By header; the host name where empty", text(&c.PodName)},
		{"PLATFORM_PORT", "", "port; 8000 backend, 8080 frontend, 8081 queue-worker where empty", port(&c.Port)},
		{"PLATFORM_CPU_COST", "20us", "CPU time burned per request of the backend", duration(&c.CPUCost)},
		{"PLATFORM_DELAY", "0s", "sleep added to each request of the backend", duration(&c.Delay)},
		{"PLATFORM_MAX_CONN_AGE", "10s", "age, +-20%, from which a connection is closed after its answer; 0s keeps it", duration(&c.MaxConnAge)},
		{"PLATFORM_DRAIN_DELAY", "2s", "time from SIGTERM (not ready) to the end of accepting", duration(&c.DrainDelay)},
		{"PLATFORM_DRAIN_TIMEOUT", "20s", "time that requests in flight then have to end", duration(&c.DrainTimeout)},
		{"PLATFORM_BACKEND_URL", "http://artisan-platform-backend:8000", "where the frontend passes /api/ on to", address(&c.BackendURL)},
		{"PLATFORM_REDIS_ADDR", "redis:6379", "host:port of the queue's Redis", text(&c.RedisAddr)},
		{"PLATFORM_QUEUE", "default", "Redis list of jobs, and the queue_name label", text(&c.Queue)},
		{"PLATFORM_JOB_CPU", "5ms", "CPU time burned per job", duration(&c.JobCPU)},
		{"PLATFORM_JOB_TIME", "2s", "time a job takes at least, CPU included", duration(&c.JobTime)},
	}
}

// loadConfig reads the environment and reports every mistake in it at once.
func loadConfig(role string, env LookupEnv) (config, error) {
	c := config{Role: role}
	var errs []error
	for _, k := range knobs(&c) {
		value, ok := env(k.name)
		if !ok || value == "" {
			value = k.fallback
		}
		if err := k.set(value); err != nil {
			errs = append(errs, fmt.Errorf("%w: environment variable %s=%q: %w", errUsage, k.name, value, err))
		}
	}
	if c.Port == 0 {
		c.Port = map[string]int{roleBackend: 8000, roleFrontend: 8080, roleWorker: 8081}[role]
	}
	if c.PodName == "" {
		host, err := os.Hostname()
		if err != nil {
			errs = append(errs, fmt.Errorf("read host name; set POD_NAME: %w", err))
		}
		c.PodName = host
	}
	return c, errors.Join(errs...)
}

func text(to *string) func(string) error {
	return func(s string) error { *to = s; return nil }
}

func duration(to *time.Duration) func(string) error {
	return func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil {
			return err
		}
		if d < 0 {
			return errors.New("must not be negative")
		}
		*to = d
		return nil
	}
}

func port(to *int) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return errors.New("must be a port number from 1 to 65535")
		}
		*to = int(n)
		return nil
	}
}

func address(to **url.URL) func(string) error {
	return func(s string) error {
		u, err := url.Parse(s)
		if err != nil {
			return err
		}
		if u.Scheme != "http" || u.Host == "" {
			return errors.New("must look like http://host:port")
		}
		*to = u
		return nil
	}
}
