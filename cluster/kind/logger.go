package kind

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/artisan-platform/headroom/runner/progress"
	"sigs.k8s.io/kind/pkg/log"
)

// errStep closes a step that kind reports as failed; kind returns the cause
// itself in the end.
var errStep = errors.New("failed")

// stepLogger turns kind's log into steps: kind announces each of its steps
// with a bullet and closes it with a tick or a cross.
type stepLogger struct {
	reporter progress.Reporter

	mu      sync.Mutex
	current progress.Step // nil between two steps
}

var _ log.Logger = (*stepLogger)(nil)

// Warn shows a warning beside the running step, or as a step of its own.
func (l *stepLogger) Warn(message string) { l.note("warning: " + message) }

// Warnf is Warn with a format.
func (l *stepLogger) Warnf(format string, args ...any) { l.Warn(fmt.Sprintf(format, args...)) }

// Error shows what kind could not do and yet did not fail for.
func (l *stepLogger) Error(message string) { l.note("error: " + message) }

// Errorf is Error with a format.
func (l *stepLogger) Errorf(format string, args ...any) { l.Error(fmt.Sprintf(format, args...)) }

// V yields the steps themselves at level 0; debug messages are dropped.
func (l *stepLogger) V(level log.Level) log.InfoLogger {
	if level > 0 {
		return log.NoopInfoLogger{}
	}
	return stepInfo{l}
}

func (l *stepLogger) note(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current != nil {
		l.current.Update(text)
		return
	}
	l.reporter.Start(text).Done(nil)
}

// line follows one line of kind's log.
func (l *stepLogger) line(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "•"):
		l.end(nil)
		l.current = l.reporter.Start(stepName(text))
	case strings.HasPrefix(text, "✓"):
		l.end(nil)
	case strings.HasPrefix(text, "✗"):
		l.end(errStep)
	}
}

func (l *stepLogger) end(err error) {
	if l.current != nil {
		l.current.Done(err)
		l.current = nil
	}
}

// close ends a step that kind left open when it returned.
func (l *stepLogger) close(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end(err)
}

// stepName takes bullets, pictures and dots off kind's words.
func stepName(text string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
	return "kind: " + strings.ToLower(strings.Join(strings.Fields(strings.TrimRight(plain, ". ")), " "))
}

// stepInfo is the part of the logger that hears of steps.
type stepInfo struct{ logger *stepLogger }

func (s stepInfo) Info(message string)              { s.logger.line(message) }
func (s stepInfo) Infof(format string, args ...any) { s.logger.line(fmt.Sprintf(format, args...)) }
func (s stepInfo) Enabled() bool                    { return true }
