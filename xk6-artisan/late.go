package artisan

import (
	"sync"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/runlog"
)

// LateLog is the sink of an extension that is made before there is a log, if
// there ever is one. Its zero value drops everything. It is safe for concurrent
// use.
type LateLog struct {
	mu  sync.Mutex
	log *runlog.Log
}

// Set says where facts go from now on; nil drops them.
func (l *LateLog) Set(log *runlog.Log) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = log
}

func (l *LateLog) get() *runlog.Log {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log
}

// Observe implements observation.Sink.
func (l *LateLog) Observe(r observation.Record) {
	if log := l.get(); log != nil {
		log.Observe(r)
	}
}

// Warn logs what a person should know.
func (l *LateLog) Warn(text string) {
	if log := l.get(); log != nil {
		log.Warn(text)
	}
}

// Load is the name of the load that the script is; "" while there is no log.
func (l *LateLog) Load() string {
	if log := l.get(); log != nil {
		return log.Load()
	}
	return ""
}
