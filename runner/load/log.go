package load

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// LogConfig says where log lines go and what they look like.
type LogConfig struct {
	Output  string // stderr, stdout, none or file=PATH
	Format  string // "" (key=value, or short lines on a terminal), json or raw
	Console string // path that console.* goes to in place of the log
	Verbose bool   // debug lines too
	Nanos   bool   // time stamps to the nanosecond
	TTY     bool
	Color   bool
	Out     io.Writer
	Before  func() // called before a line is written: it clears what is redrawn
}

// logger writes log lines. It is safe for concurrent use.
type logger struct {
	cfg   LogConfig
	start time.Time

	mu          sync.Mutex
	w           io.Writer // nil: nothing is written
	file        *os.File
	consoleFile *os.File
	err         error // the first failure to write
}

func openLog(cfg LogConfig, stderr io.Writer) (*logger, error) {
	l := &logger{cfg: cfg, start: time.Now(), w: stderr}
	switch output := cfg.Output; {
	case output == "" || output == "stderr":
	case output == "stdout":
		l.w = cfg.Out
	case output == "none":
		l.w = nil
	case strings.HasPrefix(output, "file="):
		path, level, _ := strings.Cut(strings.TrimPrefix(output, "file="), ",level=")
		if level == "debug" {
			l.cfg.Verbose = true
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, &UsageError{fmt.Errorf("--log-output: %w", err)}
		}
		l.file, l.w, l.cfg.TTY = f, f, false
	default:
		return nil, &UsageError{fmt.Errorf("--log-output %q is not supported: there are stderr, stdout, none and file=PATH", output)}
	}
	switch cfg.Format {
	case "", "json", "raw":
	default:
		return nil, &UsageError{fmt.Errorf("--log-format %q does not exist: there are json and raw", cfg.Format)}
	}
	if cfg.Console == "" {
		return l, nil
	}
	f, err := os.OpenFile(cfg.Console, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, &UsageError{errors.Join(fmt.Errorf("--console-output: %w", err), l.close())}
	}
	l.consoleFile = f
	return l, nil
}

// close closes the files and returns the first failure to write.
func (l *logger) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range []*os.File{l.file, l.consoleFile} {
		if f != nil {
			l.err = errors.Join(l.err, f.Close())
		}
	}
	l.file, l.consoleFile = nil, nil
	return l.err
}

// say writes a line of the engine.
func (l *logger) say(level, text string) { l.write(level, text, "") }

// console writes a line of the script.
func (l *logger) console(level, text string) {
	if level == "warn" {
		level = "warning"
	}
	l.write(level, text, "console")
}

func (l *logger) write(level, text, source string) {
	if level == "debug" && !l.cfg.Verbose {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.w
	if source == "console" && l.consoleFile != nil {
		w = l.consoleFile
	}
	if w == nil {
		return
	}
	if l.cfg.Before != nil {
		l.cfg.Before()
	}
	if _, err := io.WriteString(w, l.line(time.Now(), level, text, source)+"\n"); err != nil && l.err == nil {
		l.err = fmt.Errorf("write the log: %w", err)
	}
}

// line is one line in the format of the log.
func (l *logger) line(now time.Time, level, text, source string) string {
	stamp := now.Format(time.RFC3339)
	if l.cfg.Nanos {
		stamp = now.Format(time.RFC3339Nano)
	}
	switch {
	case l.cfg.Format == "raw":
		return text
	case l.cfg.Format == "json":
		fields := map[string]string{"level": level, "msg": text, "time": stamp}
		if source != "" {
			fields["source"] = source
		}
		b, err := json.Marshal(fields)
		if err != nil { // strings always have JSON
			return text
		}
		return string(b)
	case l.cfg.TTY:
		head := fmt.Sprintf("%s[%04d]", strings.ToUpper(level[:4]), int(now.Sub(l.start).Seconds()))
		if l.cfg.Color {
			head = "\x1b[" + levelColor[level] + "m" + head + "\x1b[0m"
		}
		return head + " " + text
	}
	line := fmt.Sprintf("time=%q level=%s msg=%s", stamp, level, strconv.Quote(text))
	if source != "" {
		line += " source=" + source
	}
	return line
}

var levelColor = map[string]string{"debug": "2", "info": "36", "warning": "33", "error": "31"}
