package k6ws

import (
	"slices"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// timers are those of one socket, in the order in which they were set. There
// are few.
type timers []timer

type timer struct {
	at     time.Time
	repeat time.Duration // 0: once
	call   sobek.Callable
}

// next is the index of the timer that is due first; -1 if there is none.
func (t timers) next() int {
	first := -1
	for i := range t {
		if first < 0 || t[i].at.Before(t[first].at) {
			first = i
		}
	}
	return first
}

func (t timers) first() (time.Time, bool) {
	i := t.next()
	if i < 0 {
		return time.Time{}, false
	}
	return t[i].at, true
}

// due is the function of a timer that is due, which goes, or moves on if it
// repeats; nil if none is.
func (t *timers) due(now time.Time) sobek.Callable {
	i := t.next()
	if i < 0 || now.Before((*t)[i].at) {
		return nil
	}
	call := (*t)[i].call
	if r := (*t)[i].repeat; r > 0 {
		(*t)[i].at = now.Add(r)
	} else {
		*t = slices.Delete(*t, i, i+1)
	}
	return call
}

// setTimer is socket.setTimeout(handler, delay) or socket.setInterval.
func (s *socket) setTimer(what string, call sobek.FunctionCall, repeat bool) {
	v := s.module.vu
	fn, ok := sobek.AssertFunction(call.Argument(0))
	if !ok {
		panic(v.Runtime.NewTypeError("%s: the handler must be a function, and is %s", what, vu.Kind(call.Argument(0))))
	}
	ms := call.Argument(1).ToFloat()
	if !(ms >= 0) {
		panic(v.Runtime.NewTypeError("%s: the time must be a number of milliseconds from 0 on, and is %s", what, vu.Describe(call.Argument(1))))
	}
	if s.closing || !s.open {
		return // the connection will not be open any more then
	}
	d := time.Duration(min(ms, 1e12) * float64(time.Millisecond))
	t := timer{at: time.Now().Add(d), call: fn}
	if repeat {
		t.repeat = max(d, time.Millisecond)
	}
	s.timers = append(s.timers, t)
}
