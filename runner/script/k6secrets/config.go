package k6secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// config is how a url source asks for secrets.
type config struct {
	template     string
	method       string
	headers      http.Header
	responsePath string
	timeout      time.Duration
	perMinute    int
	burst        int
	retries      int
	backoff      time.Duration
}

// The names that are not those of a setting alone.
const (
	configParam  = "config"   // the path of a file with settings
	headerPrefix = "headers." // of a parameter on the command line
	keyMark      = "{key}"    // stands for the name of the secret in a template
	envPrefix    = "K6_SECRET_SOURCE_URL_"
	envHeader    = "HEADER_" // after envPrefix
)

// settings are those with a value, by name, with their environment variables.
var settings = map[string]struct {
	env string
	set func(c *config, value string) error
}{
	"urlTemplate":            {"URL_TEMPLATE", func(c *config, v string) error { c.template = v; return nil }},
	"method":                 {"METHOD", func(c *config, v string) error { c.method = v; return nil }},
	"responsePath":           {"RESPONSE_PATH", func(c *config, v string) error { c.responsePath = v; return nil }},
	"timeout":                {"TIMEOUT", func(c *config, v string) error { return duration(&c.timeout, v) }},
	"retryBackoff":           {"RETRY_BACKOFF", func(c *config, v string) error { return duration(&c.backoff, v) }},
	"requestsPerMinuteLimit": {"REQUESTS_PER_MINUTE_LIMIT", func(c *config, v string) error { return integer(&c.perMinute, v, 1) }},
	"requestsBurst":          {"REQUESTS_BURST", func(c *config, v string) error { return integer(&c.burst, v, 1) }},
	"maxRetries":             {"MAX_RETRIES", func(c *config, v string) error { return integer(&c.retries, v, 0) }},
}

// set sets one parameter, also a header. Errors tell no values.
func (c *config) set(name, value string) error {
	if header, ok := strings.CutPrefix(name, headerPrefix); ok {
		if !httpguts.ValidHeaderFieldName(header) || !httpguts.ValidHeaderFieldValue(value) {
			return fmt.Errorf("%s is no header of HTTP", name)
		}
		c.headers.Set(header, value)
		return nil
	}
	s, ok := settings[name]
	if !ok {
		return fmt.Errorf("there is no parameter %q: there are %s, %sNAME and %s", name,
			strings.Join(slices.Sorted(maps.Keys(settings)), ", "), headerPrefix, configParam)
	}
	if err := s.set(c, value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func duration(to *time.Duration, text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return errors.New("it must be a duration above 0, such as 500ms, 30s or 1m")
	}
	*to = d
	return nil
}

func integer(to *int, text string, least int) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return fmt.Errorf("it must be an integer of %d or more", least)
	}
	*to = n
	return nil
}

// checkParams holds the parameters of the command line against what there is.
func (s Source) checkParams() error {
	scratch := config{headers: make(http.Header)}
	for _, name := range slices.Sorted(maps.Keys(s.Params)) {
		if name == configParam {
			continue
		}
		if err := scratch.set(name, s.Params[name]); err != nil {
			return err
		}
	}
	return nil
}

// configure puts the settings together: the defaults, the environment, the
// file and the command line, of which the later ones win.
func configure(params map[string]string, env Environment) (config, error) {
	c := config{method: http.MethodGet, headers: make(http.Header), timeout: 30 * time.Second,
		perMinute: 300, burst: 10, retries: 3, backoff: time.Second}
	if err := c.fromEnvironment(env.Environ); err != nil {
		return c, err
	}
	if path := params[configParam]; path != "" {
		text, err := env.ReadFile(path)
		if err != nil {
			return c, err
		}
		if err := c.fromJSON(text); err != nil {
			return c, fmt.Errorf("%s: %w", path, err)
		}
	}
	for name, value := range params {
		if name == configParam {
			continue
		}
		if err := c.set(name, value); err != nil {
			return c, err
		}
	}
	return c, c.check()
}

func (c *config) fromEnvironment(environ []string) error {
	names := make(map[string]string, len(settings))
	for name, s := range settings {
		names[s.env] = name
	}
	for _, e := range environ {
		variable, value, _ := strings.Cut(e, "=")
		short, ok := strings.CutPrefix(variable, envPrefix)
		if !ok {
			continue
		}
		name := names[short]
		if header, ok := strings.CutPrefix(short, envHeader); ok {
			name = headerPrefix + strings.ReplaceAll(header, "_", "-")
		}
		if name == "" {
			return fmt.Errorf("the environment variable %s sets nothing that there is", variable)
		}
		if err := c.set(name, value); err != nil {
			return fmt.Errorf("the environment variable %s: %w", variable, err)
		}
	}
	return nil
}

// fromJSON reads a file of settings.
func (c *config) fromJSON(text []byte) error {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return fmt.Errorf("it must be a JSON object of settings: %w", err)
	}
	for name, raw := range file {
		if name == "headers" {
			var headers map[string]string
			if err := json.Unmarshal(raw, &headers); err != nil {
				return errors.New("headers must be an object of strings")
			}
			for header, value := range headers {
				if err := c.set(headerPrefix+header, value); err != nil {
					return err
				}
			}
			continue
		}
		var value string
		if err := json.Unmarshal(raw, &value); err != nil {
			value = string(raw) // a number; whatever else there is cannot be set
		}
		if err := c.set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// check holds what requests are made of against the rules of HTTP.
func (c config) check() error {
	switch u, err := url.Parse(c.expand("key")); {
	case c.template == "":
		return errors.New("the parameter urlTemplate is missing: write it like " + forms["url"])
	case !strings.Contains(c.template, keyMark):
		return fmt.Errorf("urlTemplate has no %s in it, which stands for the name of the secret", keyMark)
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return errors.New("urlTemplate must be a URL like https://HOST/PATH/" + keyMark)
	case !httpguts.ValidHeaderFieldName(c.method): // both are tokens
		return errors.New("method is none of HTTP")
	}
	return nil
}

// expand is the URL of a secret. A key may have slashes; in a query they are
// escaped.
func (c config) expand(key string) string {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	path, query, found := strings.Cut(c.template, "?")
	path = strings.ReplaceAll(path, keyMark, strings.Join(segments, "/"))
	if !found {
		return path
	}
	return path + "?" + strings.ReplaceAll(query, keyMark, url.QueryEscape(key))
}
