package platform

import (
	"errors"
	"fmt"
	"net/url"
	"os"
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
	Redis        redisConfig
	Queue        string
	JobCPU       time.Duration
	JobTime      time.Duration
	JobLease     time.Duration
	Data         dataConfig
}

// redisConfig says where Redis is.
type redisConfig struct {
	Addrs   []string
	Cluster bool
}

// dataConfig says how the backend keeps its data.
type dataConfig struct {
	URL, ReadURL              string
	User, Password            string
	Pool                      int
	ReadTimeout, WriteTimeout time.Duration
	Refresh                   time.Duration
	CacheTTL, CacheStale      time.Duration
	CacheTimeout              time.Duration
	CacheEntries              int
	BatchSize, BatchWriters   int
	BatchWait                 time.Duration
	BreakerFailures           int
	BreakerOpen               time.Duration
}

// knob is one environment variable: the only description of it there is.
type knob struct {
	name, fallback, help string
	set                  func(value string) error
	secret               bool // the value may hold a password: it is never shown
}

// knobs lists every variable that the binary reads. The prefix keeps them
// apart from the variables that Kubernetes injects per Service (REDIS_PORT).
func knobs(c *config) []knob {
	return append(roleKnobs(c), dataKnobs(&c.Data)...)
}

func roleKnobs(c *config) []knob {
	return []knob{
		{name: "POD_NAME", fallback: "", help: "name in the X-Served-By header; the host name where empty", set: text(&c.PodName)},
		{name: "PLATFORM_PORT", fallback: "", help: "port; 8000 backend, 8080 frontend, 8081 queue-worker where empty", set: port(&c.Port)},
		{name: "PLATFORM_CPU_COST", fallback: "20us", help: "CPU time burned per request of the backend", set: duration(&c.CPUCost)},
		{name: "PLATFORM_DELAY", fallback: "0s", help: "sleep added to each request of the backend", set: duration(&c.Delay)},
		{name: "PLATFORM_MAX_CONN_AGE", fallback: "10s", help: "age, +-20%, from which a connection is closed after its answer; 0s keeps it", set: duration(&c.MaxConnAge)},
		{name: "PLATFORM_DRAIN_DELAY", fallback: "2s", help: "time from SIGTERM (not ready) to the end of accepting", set: duration(&c.DrainDelay)},
		{name: "PLATFORM_DRAIN_TIMEOUT", fallback: "20s", help: "time that requests in flight then have to end", set: duration(&c.DrainTimeout)},
		{name: "PLATFORM_BACKEND_URL", fallback: "http://artisan-platform-backend:8000", help: "where the frontend passes /api/ on to", set: address(&c.BackendURL)},
		{name: "PLATFORM_REDIS_ADDR", fallback: "redis:6379", help: "host:port of the Redis of queue and cache; several, with commas, are of a cluster", set: addresses(&c.Redis.Addrs)},
		{name: "PLATFORM_REDIS_CLUSTER", fallback: "false", help: "true: the one address above is of a Redis Cluster", set: boolean(&c.Redis.Cluster)},
		{name: "PLATFORM_QUEUE", fallback: "default", help: "Redis list of jobs, and the queue_name label", set: text(&c.Queue)},
		{name: "PLATFORM_JOB_CPU", fallback: "5ms", help: "CPU time burned per job", set: duration(&c.JobCPU)},
		{name: "PLATFORM_JOB_TIME", fallback: "2s", help: "time a job takes at least, CPU included", set: duration(&c.JobTime)},
		{name: "PLATFORM_JOB_LEASE", fallback: "30s", help: "silence of a worker after which its job is given to another", set: positive(&c.JobLease)},
	}
}

// dataKnobs are for the backend; without PLATFORM_DB_URL it answers from
// fixed data and reads none of the others.
func dataKnobs(d *dataConfig) []knob {
	return []knob{
		{name: "PLATFORM_DB_URL", help: "postgres:// address of the primary, through PgBouncer; empty: fixed data, no database", set: postgres(&d.URL), secret: true},
		{name: "PLATFORM_DB_READ_URL", help: "postgres:// address of the replicas; empty: reads go to the primary", set: postgres(&d.ReadURL), secret: true},
		{name: "PLATFORM_DB_USER", help: "user, in place of that of the addresses", set: text(&d.User)},
		{name: "PLATFORM_DB_PASSWORD", help: "password, in place of that of the addresses", set: text(&d.Password), secret: true},
		{name: "PLATFORM_DB_POOL", fallback: "20", help: "connections at most, to each address", set: count(&d.Pool)},
		{name: "PLATFORM_DB_READ_TIMEOUT", fallback: "2s", help: "limit of a read, and of one attempt of a write", set: positive(&d.ReadTimeout)},
		{name: "PLATFORM_DB_WRITE_TIMEOUT", fallback: "10s", help: "limit of a write with all its attempts: the failover that it rides out", set: positive(&d.WriteTimeout)},
		{name: "PLATFORM_ANALYTICS_REFRESH", fallback: "1m", help: "age at which one backend refreshes the analytics; 0s never", set: duration(&d.Refresh)},
		{name: "PLATFORM_CACHE_TTL", fallback: "10s", help: "time that an answer stays in the cache", set: positive(&d.CacheTTL)},
		{name: "PLATFORM_CACHE_STALE", fallback: "5m", help: "age up to which an answer stands in for a database that is away", set: duration(&d.CacheStale)},
		{name: "PLATFORM_CACHE_ENTRIES", fallback: "1000", help: "answers kept in memory for that", set: count(&d.CacheEntries)},
		{name: "PLATFORM_CACHE_TIMEOUT", fallback: "500ms", help: "limit of one call of the cache's Redis", set: positive(&d.CacheTimeout)},
		{name: "PLATFORM_BATCH_SIZE", fallback: "100", help: "sale events at most in one write", set: count(&d.BatchSize)},
		{name: "PLATFORM_BATCH_WAIT", fallback: "5ms", help: "time that a sale event waits for others to be written with", set: duration(&d.BatchWait)},
		{name: "PLATFORM_BATCH_WRITERS", fallback: "10", help: "such writes at the same time", set: count(&d.BatchWriters)},
		{name: "PLATFORM_BREAKER_FAILURES", fallback: "5", help: "failures in a row that open a circuit breaker", set: count(&d.BreakerFailures)},
		{name: "PLATFORM_BREAKER_OPEN", fallback: "1s", help: "time that it then stays open", set: positive(&d.BreakerOpen)},
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
			if k.secret {
				value = "(not shown)"
			}
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
