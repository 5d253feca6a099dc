package vu

import (
	"container/heap"
	"strings"
	"time"

	"github.com/grafana/sobek"
)

// timers are the timers of a loop, the next one first.
type timers struct {
	queue timerQueue
	byID  map[int64]*timer
	last  int64
}

type timer struct {
	id     int64
	at     time.Time
	repeat time.Duration // 0: once
	call   func() error
	index  int
}

// Set has call run on the loop after d, and every d from then on if repeat is
// set. It returns a number by which Clear knows the timer.
func (l *Loop) Set(d time.Duration, repeat bool, call func() error) int64 {
	t := &l.timers
	if t.byID == nil {
		t.byID = make(map[int64]*timer)
	}
	t.last++
	n := &timer{id: t.last, at: time.Now().Add(d), call: call}
	if repeat {
		n.repeat = max(d, time.Millisecond)
	}
	t.byID[n.id] = n
	heap.Push(&t.queue, n)
	return n.id
}

// Clear removes a timer; an unknown one is no error.
func (l *Loop) Clear(id int64) {
	if n := l.timers.byID[id]; n != nil {
		delete(l.timers.byID, id)
		heap.Remove(&l.timers.queue, n.index)
	}
}

func (t *timers) first() (time.Time, bool) {
	if len(t.queue) == 0 {
		return time.Time{}, false
	}
	return t.queue[0].at, true
}

// pop returns the call of the first timer, which goes, or moves on if it
// repeats.
func (t *timers) pop() func() error {
	n := t.queue[0]
	if n.repeat > 0 {
		n.at = time.Now().Add(n.repeat)
		heap.Fix(&t.queue, 0)
	} else {
		heap.Pop(&t.queue)
		delete(t.byID, n.id)
	}
	return n.call
}

func (t *timers) clear() { t.queue, t.byID = nil, nil }

// timerQueue implements heap.Interface: by time, then by age.
type timerQueue []*timer

func (q timerQueue) Len() int { return len(q) }
func (q timerQueue) Less(i, j int) bool {
	if c := q[i].at.Compare(q[j].at); c != 0 {
		return c < 0
	}
	return q[i].id < q[j].id
}
func (q timerQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push implements heap.Interface.
func (q *timerQueue) Push(x any) {
	n, _ := x.(*timer)
	n.index = len(*q)
	*q = append(*q, n)
}

// Pop implements heap.Interface.
func (q *timerQueue) Pop() any {
	last := len(*q) - 1
	n := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return n
}

// TimerNames are the functions that scripts know timers by.
var TimerNames = []string{"setTimeout", "setInterval", "clearTimeout", "clearInterval"}

// Timer makes one of TimerNames.
func (v *VU) Timer(name string) func(sobek.FunctionCall) sobek.Value {
	if strings.HasPrefix(name, "clear") {
		return func(call sobek.FunctionCall) sobek.Value {
			v.Loop.Clear(call.Argument(0).ToInteger())
			return sobek.Undefined()
		}
	}
	return func(call sobek.FunctionCall) sobek.Value {
		fn, ok := sobek.AssertFunction(call.Argument(0))
		if !ok {
			panic(v.Runtime.NewTypeError("%s needs a function, and got %s", name, call.Argument(0)))
		}
		var args []sobek.Value
		if len(call.Arguments) > 2 {
			args = append(args, call.Arguments[2:]...)
		}
		id := v.Loop.Set(milliseconds(call.Argument(1)), name == "setInterval", func() error {
			_, err := fn(sobek.Undefined(), args...)
			return err
		})
		return v.Runtime.ToValue(id)
	}
}

// milliseconds reads a delay; anything that is none is no delay.
func milliseconds(v sobek.Value) time.Duration {
	ms := v.ToFloat()
	if !(ms > 0) {
		return 0
	}
	return time.Duration(min(ms, 1e12) * float64(time.Millisecond))
}
