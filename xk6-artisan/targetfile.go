package artisan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/grafana/sobek"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// targetFile reads {file, format, body, header} as vegeta's command does.
func (o options) targetFile(object *sobek.Object) vegeta.Targeter {
	in := o.m.options(o.where+": targets", object, "file", "format", "body", "header")
	path := in.text("file", "")
	if path == "" {
		o.m.typeError("%s: targets needs a file, as in {file: \"targets.txt\", format: \"http\"}", o.where)
	}
	format := in.text("format", "http")
	if format != "http" && format != "json" {
		o.m.typeError("%s: targets.format %q does not exist: there are http and json", o.where, format)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		o.m.throw("%s: read the targets: %v", o.where, err)
	}
	header := http.Header{}
	for name, value := range in.tags("header") {
		header.Set(name, value)
	}
	f := &targetText{path: path, json: format == "json", text: text}
	all, err := f.read([]byte(in.text("body", "")), header, o.m.checkTarget)
	if err != nil {
		o.m.typeError("%s: %v", o.where, err)
	}
	return vegeta.NewStaticTargeter(all...)
}

// targetText is a file of targets. It is read a line at a time, so that what is
// wrong with it has a number.
type targetText struct {
	path string
	json bool
	text []byte // what is not read yet
	line int    // that was read last
}

// maxTargetLine is the longest line that vegeta reads; it takes a longer one for
// the end of the file.
const maxTargetLine = bufio.MaxScanTokenSize - 1

// Read implements io.Reader: it returns one line at most, and ends the last.
func (f *targetText) Read(b []byte) (int, error) {
	if len(f.text) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(f.text, '\n') + 1
	if end == 0 { // vegeta does not see a last line without its end
		f.text = append(f.text, '\n')
		end = len(f.text)
	}
	n := copy(b, f.text[:end])
	f.text = f.text[n:]
	if n == end {
		f.line++
	}
	return n, nil
}

// read reads all targets and checks them.
func (f *targetText) read(body []byte, header http.Header, check func(where string, t *vegeta.Target) error) ([]vegeta.Target, error) {
	lines := strings.Split(string(f.text), "\n")
	for i, l := range lines {
		if len(l) > maxTargetLine && !f.json {
			return nil, fmt.Errorf("%s:%d: the line is longer than %d bytes", f.path, i+1, maxTargetLine)
		}
	}
	next := vegeta.NewHTTPTargeter(f, body, header)
	if f.json {
		next = vegeta.NewJSONTargeter(f, body, header)
	}
	var all []vegeta.Target
	for from := 0; ; {
		var t vegeta.Target
		err := next(&t)
		if errors.Is(err, vegeta.ErrNoTargets) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", f.path, f.line, err)
		}
		at := f.line
		if !f.json {
			from = lineOf(lines, from, t)
			at = from
		}
		if err := check(fmt.Sprintf("%s:%d", f.path, at), &t); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no target: it takes lines such as %s", f.path, f.example())
	}
	return all, nil
}

func (f *targetText) example() string {
	if f.json {
		return `{"method": "GET", "url": "http://127.0.0.1:8000/health"}`
	}
	return "GET http://127.0.0.1:8000/health"
}

// lineOf is the number of the line after from that begins a target: vegeta has
// read on by then.
func lineOf(lines []string, from int, t vegeta.Target) int {
	for i := from; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == t.Method+" "+t.URL {
			return i + 1
		}
	}
	return from
}
