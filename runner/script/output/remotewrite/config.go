// Package remotewrite sends the metrics of a run to a server that takes
// Prometheus' remote write, version 1.0. Samples are added up per time series,
// from the start of the run on, and the sums are sent at an interval.
package remotewrite

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/output/envvar"
)

// prefix begins the names of all variables.
const prefix = "K6_PROMETHEUS_RW_"

// variables are what configures the output, after prefix.
var variables = []string{
	"SERVER_URL", "PUSH_INTERVAL", "TREND_STATS", "TREND_AS_NATIVE_HISTOGRAM", "STALE_MARKERS", "LABELS",
	"USERNAME", "PASSWORD", "BEARER_TOKEN", "HTTP_HEADERS", "HEADERS_",
	"INSECURE_SKIP_TLS_VERIFY", "TLS_MIN_VERSION", "TLS_MINIMUM_VERSION", "CLIENT_CERTIFICATE", "CLIENT_CERTIFICATE_KEY",
}

// leastInterval is the shortest interval of pushes. The time stamps of
// Prometheus are milliseconds, and each push sends every series.
const leastInterval = 100 * time.Millisecond

// Config is where and how to send.
type Config struct {
	url      *url.URL
	interval time.Duration
	stats    []stat // what a trend is sent as, unless it is sent as a native histogram
	native   bool
	stale    bool // marks all series as stale in the end
	labels   []label
	header   http.Header
	host     string // "": that of the URL
	tls      *tls.Config
}

// NewConfig reads the variables of the environment. A URL given here outdoes
// theirs.
func NewConfig(server string, env map[string]string) (Config, error) {
	var c Config
	for _, step := range []func() error{
		func() error { return c.refuse(env) },
		func() error { return c.readURL(cmp.Or(server, env[prefix+"SERVER_URL"])) },
		func() error { return c.readFlags(env) },
		func() (err error) { c.stats, err = parseStats(env[prefix+"TREND_STATS"]); return err },
		func() (err error) { c.labels, err = parseLabels(env[prefix+"LABELS"]); return err },
		func() error { return c.readHeaders(env) },
		func() error { return c.authorize(env) },
		func() error { return c.readTLS(env) },
	} {
		if err := step(); err != nil {
			return Config{}, fmt.Errorf("output experimental-prometheus-rw: %w", err)
		}
	}
	return c, nil
}

func (c *Config) refuse(env map[string]string) error {
	for name := range env {
		if strings.HasPrefix(name, prefix+"SIGV4_") {
			return fmt.Errorf("%s: requests are not signed for AWS; send to a proxy that signs them, such as Grafana Alloy or Prometheus itself", name)
		}
	}
	return envvar.Refuse(env, prefix, variables...)
}

func (c *Config) readURL(text string) error {
	text = cmp.Or(text, "http://localhost:9090/api/v1/write")
	u, err := url.Parse(text)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // without the URL, which may hold a password
		}
		return fmt.Errorf("the URL of the server cannot be read: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%q is no URL of a server: write it like http://localhost:9090/api/v1/write", u.Redacted())
	}
	c.url = u
	return nil
}

func (c *Config) readFlags(env map[string]string) (err error) {
	if c.interval, err = envvar.Duration(env, prefix+"PUSH_INTERVAL", leastInterval, 5*time.Second); err != nil {
		return err
	}
	if c.native, err = envvar.Bool(env, prefix+"TREND_AS_NATIVE_HISTOGRAM"); err != nil {
		return err
	}
	c.stale, err = envvar.Bool(env, prefix+"STALE_MARKERS")
	return err
}

func (c *Config) readTLS(env map[string]string) error {
	skip, err := envvar.Bool(env, prefix+"INSECURE_SKIP_TLS_VERIFY")
	if err != nil {
		return err
	}
	c.tls = &tls.Config{InsecureSkipVerify: skip, MinVersion: tls.VersionTLS13}
	for _, name := range []string{prefix + "TLS_MIN_VERSION", prefix + "TLS_MINIMUM_VERSION"} {
		switch env[name] {
		case "", "1.3":
		case "1.2":
			c.tls.MinVersion = tls.VersionTLS12
		default:
			return fmt.Errorf("%s is %q: there are 1.2 and 1.3", name, env[name])
		}
	}
	certificate, key := env[prefix+"CLIENT_CERTIFICATE"], env[prefix+"CLIENT_CERTIFICATE_KEY"]
	switch {
	case certificate == "" && key == "":
		return nil
	case certificate == "" || key == "":
		return fmt.Errorf("%[1]sCLIENT_CERTIFICATE and %[1]sCLIENT_CERTIFICATE_KEY belong together: set both, to the paths of PEM files", prefix)
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return fmt.Errorf("read the client certificate: %w", err)
	}
	c.tls.Certificates = []tls.Certificate{pair}
	return nil
}
