package k6secrets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// defaultName is the name of the default source, if it has no other.
const defaultName = "default"

// Secrets are the sources of a test, and what is to be hidden of them. It is
// safe for concurrent use; nil has no sources.
type Secrets struct {
	redactor Redactor
	sources  map[string]*source
	standard *source // the default one, or nil
}

// Environment is where sources find what they need.
type Environment struct {
	ReadFile func(path string) ([]byte, error) // nil is os.ReadFile
	Environ  []string                          // nil is os.Environ()
}

// Open makes sources ready. Files are read at once, URLs when a secret is
// asked for.
func Open(list []Source, env Environment) (*Secrets, error) {
	if env.ReadFile == nil {
		env.ReadFile = os.ReadFile
	}
	if env.Environ == nil {
		env.Environ = os.Environ()
	}
	s := &Secrets{sources: make(map[string]*source, len(list))}
	for _, l := range list {
		fetch, err := open(l, env)
		if err != nil {
			return nil, fmt.Errorf("secret source %s: %w", l.Kind, err)
		}
		if err := s.add(l, len(list) == 1, fetch); err != nil {
			return nil, fmt.Errorf("secret source %s: %w", l.Kind, err)
		}
	}
	return s, nil
}

func open(l Source, env Environment) (vu.SecretSource, error) {
	switch l.Kind {
	case "file":
		text, err := env.ReadFile(l.Path)
		if err != nil {
			return nil, err
		}
		values, err := parseFile(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.Path, err)
		}
		return lookUp(values, "add a line KEY=VALUE to "+l.Path), nil
	case "mock":
		return lookUp(l.Values, "add it to --secret-source mock=KEY=VALUE"), nil
	}
	c, err := configure(l.Params, env)
	if err != nil {
		return nil, err
	}
	return newURLSource(c).fetch, nil
}

// lookUp is a source that knows all its secrets.
func lookUp(values map[string]string, advice string) vu.SecretSource {
	return func(_ context.Context, key string) (string, error) {
		value, ok := values[key]
		if !ok {
			return "", fmt.Errorf("there is no secret of that name: %s", advice)
		}
		return value, nil
	}
}

// add gives a source its name. The only source is the default one anyway.
func (s *Secrets) add(l Source, only bool, fetch vu.SecretSource) error {
	name := l.Name
	if name == "" && (l.Default || only) {
		name = defaultName
	}
	switch {
	case name == "":
		return errors.New("there are others, and no script could ask for this one: give it name=NAME, or make it the default")
	case s.sources[name] != nil && l.Name == "":
		return errors.New("there are two default sources")
	case s.sources[name] != nil:
		return fmt.Errorf("there are two sources of the name %q", name)
	case l.Default && s.standard != nil:
		return errors.New("there are two default sources")
	}
	s.sources[name] = &source{fetch: fetch, redactor: &s.redactor}
	if l.Default || only {
		s.standard = s.sources[name]
	}
	return nil
}

// Source finds a source by its name, "" for the default one.
func (s *Secrets) Source(name string) (vu.SecretSource, error) {
	if s == nil || len(s.sources) == 0 {
		return nil, errors.New("there is no source of secrets: give one with --secret-source, such as " + forms["file"])
	}
	found := s.standard
	if name != "" {
		found = s.sources[name]
	}
	if found != nil {
		return found.get, nil
	}
	var names []string
	for n := range s.sources {
		names = append(names, fmt.Sprintf("%q", n))
	}
	slices.Sort(names)
	if name == "" {
		return nil, fmt.Errorf("none of the sources is the default one: ask secrets.source(name) for one of %s, or add \"default\" to its --secret-source", strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("there is no source of that name: there are %s", strings.Join(names, ", "))
}

// Redact replaces every secret that was handed out.
func (s *Secrets) Redact(text string) string {
	if s == nil {
		return text
	}
	return s.redactor.Redact(text)
}

// source keeps the secrets that it has handed out: all virtual users ask for
// the same ones.
type source struct {
	fetch    vu.SecretSource
	redactor *Redactor

	mu   sync.Mutex
	kept map[string]*secret
}

// secret is fetched by one at a time, until one succeeds.
type secret struct {
	turn  chan struct{} // whoever put something in may touch the rest
	known bool
	value string
}

func (s *source) get(ctx context.Context, key string) (string, error) {
	k := s.secret(key)
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if k.known {
		return k.value, nil
	}
	value, err := s.fetch(ctx, key)
	if err != nil {
		return "", err
	}
	s.redactor.Add(value)
	k.value, k.known = value, true
	return value, nil
}

func (s *source) secret(key string) *secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept[key]
	if k == nil {
		k = &secret{turn: make(chan struct{}, 1)}
		if s.kept == nil {
			s.kept = make(map[string]*secret)
		}
		s.kept[key] = k
	}
	return k
}
