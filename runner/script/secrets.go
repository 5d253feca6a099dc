package script

import (
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// hideSecrets hides in whatever a test has to say the secrets that it was
// given.
func hideSecrets(t *vu.Test, s *k6secrets.Secrets) {
	if s == nil {
		return
	}
	console, warn := t.Console, t.Warn
	t.Console = func(level, text string) { console(level, s.Redact(text)) }
	t.Warn = func(text string) { warn(s.Redact(text)) }
}

// redact hides secrets in an error.
func redact(s *k6secrets.Secrets, err error) error {
	if err == nil {
		return nil
	}
	if text := s.Redact(err.Error()); text != err.Error() {
		return &redacted{text, err}
	}
	return err
}

// redacted is an error whose text held a secret.
type redacted struct {
	text string
	err  error
}

func (r *redacted) Error() string { return r.text }
func (r *redacted) Unwrap() error { return r.err }
