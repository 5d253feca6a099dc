package script

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// maxExceptions bounds the different exceptions that are told apart.
const maxExceptions = 100

// exceptions reports what iterations throw without flooding the log: each
// different exception at its 1st, 10th, 100th, ... time.
type exceptions struct {
	warn func(string)

	mu   sync.Mutex
	seen map[string]uint64
}

func (e *exceptions) report(err error) {
	text := err.Error()
	if n, tell := e.count(text); tell {
		var thrown *vu.Exception
		if errors.As(err, &thrown) && n == 1 && len(thrown.Stack) > 1 {
			text += "\n    at " + strings.Join(thrown.Stack, "\n    at ")
		}
		if n > 1 {
			text = fmt.Sprintf("%s (%d times so far)", text, n)
		}
		e.warn("exception in an iteration: " + text)
	}
}

// count counts an exception and says whether it is worth telling.
func (e *exceptions) count(text string) (n uint64, tell bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.seen == nil {
		e.seen = make(map[string]uint64)
	}
	if _, known := e.seen[text]; !known && len(e.seen) >= maxExceptions {
		return 0, false
	}
	e.seen[text]++
	n = e.seen[text]
	for p := uint64(1); p <= n; p *= 10 {
		if p == n {
			return n, true
		}
	}
	return n, false
}
