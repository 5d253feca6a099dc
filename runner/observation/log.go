package observation

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// LogFile is the name of the log in a run's directory: one JSON record a line.
const LogFile = "log.jsonl"

// MaxLine bounds one line of a log, in bytes. A longer one is damage.
const MaxLine = 16 << 20

// Writer appends records to a log, a line each. It is safe for concurrent
// use. The first error sticks and is returned by Err.
type Writer struct {
	mu  sync.Mutex
	w   io.Writer
	err error
}

var _ Sink = (*Writer)(nil)

// NewWriter returns a Writer that appends to w. Each record is one Write, so
// that a process that is killed leaves whole lines but for the last.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Observe appends one record.
func (l *Writer) Observe(r Record) {
	r.Time = r.Time.UTC()
	line, err := json.Marshal(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return
	}
	if err != nil {
		l.err = fmt.Errorf("encode %s record: %w", r.Kind, err)
		return
	}
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		l.err = fmt.Errorf("append %s record to the log: %w", r.Kind, err)
	}
}

// Err is the first error that kept a record out of the log.
func (l *Writer) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Read returns the records of a log. A last line that was not finished is
// dropped and reported as truncated: that is what a killed run leaves. Damage
// anywhere else is an error that names the line.
func Read(r io.Reader) (records []Record, truncated bool, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return records, len(line) > 0, nil
		}
		if err != nil {
			return records, false, fmt.Errorf("line %d: %w", n, err)
		}
		var rec Record
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&rec); err != nil {
			return records, false, fmt.Errorf("line %d: decode record: %w", n, err)
		}
		records = append(records, rec)
	}
}

// readLine returns one line without its end; io.EOF comes with what stood
// behind the last line end.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > MaxLine:
			return nil, fmt.Errorf("longer than %d bytes", MaxLine)
		case err == nil:
			return bytes.TrimSuffix(line, []byte("\n")), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		}
	}
}
