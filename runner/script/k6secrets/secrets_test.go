package k6secrets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// files is an environment with no variables and these files.
func files(texts map[string]string, environ ...string) Environment {
	return Environment{Environ: append([]string{}, environ...), ReadFile: func(path string) ([]byte, error) {
		if text, ok := texts[path]; ok {
			return []byte(text), nil
		}
		return nil, fmt.Errorf("%s: %w", path, os.ErrNotExist)
	}}
}

func openAll(t *testing.T, env Environment, flags ...string) (*Secrets, error) {
	t.Helper()
	var list []Source
	for _, f := range flags {
		s, err := ParseSource(f)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return Open(list, env)
}

// get is what a script gets, or the error in its place.
func get(s *Secrets, name, key string) string {
	source, err := s.Source(name)
	if err == nil {
		var value string
		if value, err = source(context.Background(), key); err == nil {
			return value
		}
	}
	return err.Error()
}

func TestSourcesByName(t *testing.T) {
	env := files(map[string]string{"a.env": "k=from file"})
	type ask struct{ name, key, want string }
	const none = "there is no source of that name: there are "
	for _, tt := range []struct {
		flags []string
		asks  []ask
	}{
		{nil, []ask{{"", "k", "there is no source of secrets: give one with --secret-source, such as file=PATH"}}},
		{[]string{"file=a.env"}, []ask{{"", "k", "from file"}, {"default", "k", "from file"}, {"x", "k", none + `"default"`},
			{"", "n", "there is no secret of that name: add a line KEY=VALUE to a.env"}}},
		{[]string{"mock=name=m,k=1"}, []ask{{"", "k", "1"}, {"m", "k", "1"}, {"default", "k", none + `"m"`}}},
		{[]string{"mock=default,k=1", "file=name=f,a.env"}, []ask{{"", "k", "1"}, {"default", "k", "1"}, {"f", "k", "from file"},
			{"", "n", "there is no secret of that name: add it to --secret-source mock=KEY=VALUE"}}},
		{[]string{"mock=name=m,k=1", "file=name=f,default,a.env"}, []ask{{"", "k", "from file"}, {"m", "k", "1"}, {"f", "k", "from file"}}},
		{[]string{"mock=name=m,k=1", "mock=name=n,k=2"}, []ask{{"n", "k", "2"},
			{"", "k", `none of the sources is the default one: ask secrets.source(name) for one of "m", "n", or add "default" to its --secret-source`}}},
	} {
		s, err := openAll(t, env, tt.flags...)
		if err != nil {
			t.Errorf("%q: %v", tt.flags, err)
			continue
		}
		for _, a := range tt.asks {
			if got := get(s, a.name, a.key); got != a.want {
				t.Errorf("%q: secret %q of source %q: got %s, want %s", tt.flags, a.key, a.name, got, a.want)
			}
		}
	}
}

func TestSourcesThatCannotBeOpened(t *testing.T) {
	env := files(map[string]string{"bad.env": "no equals sign", "c.json": `{"urlTemplate":"http://h/{key}","timeout":5}`, "list.json": "[]", "h.json": `{"headers":["a"]}`})
	for want, flags := range map[string][]string{
		"no.env: file does not exist":                                       {"file=no.env"},
		"secret source file: bad.env: line 1 is not like KEY=VALUE":         {"file=bad.env"},
		"there are two default sources":                                     {"mock=default,k=1", "mock=name=m,default,k=2"},
		"secret source mock: there are two default":                         {"mock=default,k=1", "mock=default,k=2"},
		"there are two sources of the name \"m\"":                           {"mock=name=m,k=1", "mock=name=m,k=2"},
		"no script could ask for this one: give it name=NAME":               {"mock=k=1", "mock=name=m,k=2"},
		"the parameter urlTemplate is missing":                              {"url"},
		"urlTemplate has no {key} in it":                                    {"url=urlTemplate=http://h/x"},
		"urlTemplate must be a URL like https://HOST/PATH/{key}":            {"url=urlTemplate=h/{key}"},
		"method is none of HTTP":                                            {"url=urlTemplate=http://h/{key},method=A B"},
		"secret source url: c.json: timeout: it must be a duration above 0": {"url=config=c.json"},
		"list.json: it must be a JSON object of settings":                   {"url=config=list.json"},
		"h.json: headers must be an object of strings":                      {"url=config=h.json"},
	} {
		if _, err := openAll(t, env, flags...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", flags, err, want)
		}
	}
	for environ, want := range map[string]string{
		"K6_SECRET_SOURCE_URL_TIMEOUT=hunter2": "the environment variable K6_SECRET_SOURCE_URL_TIMEOUT: timeout: it must be a duration",
		"K6_SECRET_SOURCE_URL_TIMOUT=1s":       "the environment variable K6_SECRET_SOURCE_URL_TIMOUT sets nothing that there is",
	} {
		if _, err := openAll(t, files(nil, environ), "url"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", environ, err, want)
		}
	}
}

// TestSecretsAreFetchedOnce: however many ask, one fetches; a failure is not
// kept, and whoever waits may give up.
func TestSecretsAreFetchedOnce(t *testing.T) {
	var calls atomic.Int64
	broken := errors.New("not today")
	started, release := make(chan struct{}), make(chan struct{})
	var redactor Redactor
	s := &source{redactor: &redactor, fetch: func(_ context.Context, key string) (string, error) {
		n := calls.Add(1)
		if n == 1 {
			close(started)
		}
		<-release
		if n == 1 {
			return "", broken
		}
		return "value of " + key, nil
	}}
	var failed, got atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			switch value, err := s.get(t.Context(), "k"); {
			case errors.Is(err, broken):
				failed.Add(1)
			case value == "value of k":
				got.Add(1)
			}
		})
	}
	<-started
	impatient, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the iteration is over"))
	if _, err := s.get(impatient, "k"); err == nil || err.Error() != "the iteration is over" {
		t.Errorf("whoever gives up gets %v", err)
	}
	close(release)
	wg.Wait()
	if failed.Load() != 1 || got.Load() != 19 || calls.Load() != 2 {
		t.Errorf("%d failed, %d got it, fetched %d times; want 1, 19, 2", failed.Load(), got.Load(), calls.Load())
	}
	if got := redactor.Redact("value of k"); got != redaction {
		t.Errorf("got %q", got)
	}
}
