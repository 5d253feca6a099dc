package vu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/grafana/sobek"
)

// Rejection is a promise that was rejected and heeded by nobody.
type Rejection struct{ Reason sobek.Value }

func (r *Rejection) Error() string { return text(r.Reason) }

// Exception is an exception of a script, told for people: what, where, and
// through which calls.
type Exception struct {
	File      string // "" if the place is not known
	Line, Col int
	Text      string   // "TypeError: x is not a function"
	Stack     []string // "f (load-test.js:3:5)", the innermost call first; at most maxStack
}

// maxStack bounds the calls that an Exception tells.
const maxStack = 16

// Error is "load-test.js:3:5: TypeError: x is not a function".
func (e *Exception) Error() string {
	if e.File == "" {
		return e.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Text)
}

// Explain turns an error that came out of a runtime into an *Exception if it
// is one of the script's own making, and returns it as it is otherwise.
func Explain(err error) error {
	var interrupted *sobek.InterruptedError
	if errors.As(err, &interrupted) {
		if cause, ok := interrupted.Value().(error); ok {
			return cause
		}
		return context.Canceled
	}
	var overflow *sobek.StackOverflowError
	if errors.As(err, &overflow) {
		return explain("RangeError: the calls are nested too deeply (endless recursion?)", overflow.Stack(), nil)
	}
	var thrown *sobek.Exception
	if errors.As(err, &thrown) {
		return explain(text(thrown.Value()), thrown.Stack(), thrown.Value())
	}
	var rejection *Rejection
	if errors.As(err, &rejection) {
		if inner, ok := rejection.Reason.Export().(error); ok {
			return Explain(inner)
		}
		return explain(text(rejection.Reason), nil, rejection.Reason)
	}
	return err
}

func explain(text string, frames []sobek.StackFrame, value sobek.Value) *Exception {
	e := &Exception{Text: text}
	for _, f := range frames {
		pos := f.Position()
		if pos.Line == 0 {
			continue // a built-in function
		}
		e.push(f.FuncName(), FileName(pos.Filename), pos.Line, pos.Column)
	}
	if len(e.Stack) == 0 {
		e.parseStack(value)
	}
	return e
}

// FileName is the file of a position. Positions that come from a source map
// name it as a URL.
func FileName(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func (e *Exception) push(function, file string, line, col int) {
	if e.File == "" {
		e.File, e.Line, e.Col = file, line, col
	}
	place := fmt.Sprintf("%s:%d:%d", file, line, col)
	if function != "" && function != file {
		place = function + " (" + place + ")"
	}
	if n := len(e.Stack); n >= maxStack || (n > 0 && e.Stack[n-1] == place) {
		return // a recursion is told once
	}
	e.Stack = append(e.Stack, place)
}

// frame is a line of an Error's stack: "\tat f (load-test.js:3:5(12))".
var frame = regexp.MustCompile(`(?m)^\s*at (?:(\S+) \()?(.+?):(\d+):(\d+)\(\d+\)\)?$`)

// parseStack reads the stack that an Error carries. A rejected promise has no
// other trace of where it came from.
func (e *Exception) parseStack(value sobek.Value) {
	o, ok := value.(*sobek.Object)
	if !ok || Absent(o.Get("stack")) {
		return
	}
	for _, m := range frame.FindAllStringSubmatch(o.Get("stack").String(), 64) {
		line, _ := strconv.Atoi(m[3])
		col, _ := strconv.Atoi(m[4])
		e.push(m[1], FileName(m[2]), line, col)
	}
}

// text tells a thrown value. Objects that are no errors are shown as JSON:
// "[object Object]" helps nobody.
func text(v sobek.Value) string {
	if Absent(v) {
		return fmt.Sprintf("%v was thrown", v)
	}
	s := v.String()
	if o, ok := v.(*sobek.Object); ok && strings.HasPrefix(s, "[object ") {
		if b, err := o.MarshalJSON(); err == nil && json.Valid(b) {
			return string(b)
		}
	}
	return s
}
