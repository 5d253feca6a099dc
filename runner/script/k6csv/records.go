package k6csv

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// records reads the records of a file as its options say. A record belongs to
// the line on which it starts: a field in quotes may hold the ends of lines.
type records struct {
	csv     *csv.Reader
	options options
	header  []string // the names of the columns, if records are objects
	started bool
	fields  int // of the first record that was given
	err     error
}

var byteOrderMark = []byte("\ufeff")

func newRecords(content []byte, o options) *records {
	r := &records{options: o, csv: csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, byteOrderMark)))}
	r.csv.Comma = o.delimiter
	r.csv.FieldsPerRecord = -1 // records that are skipped may have any number
	r.csv.ReuseRecord = true
	return r
}

// next returns the next record, which is valid until the call after it, and
// io.EOF after the last. An error is the end too.
func (r *records) next() ([]string, error) {
	if r.err != nil {
		return nil, r.err
	}
	var record []string
	if record, r.err = r.find(); r.err != nil {
		return nil, r.err
	}
	return record, nil
}

func (r *records) find() ([]string, error) {
	for {
		record, err := r.csv.Read()
		if errors.Is(err, io.EOF) && r.options.asObjects && !r.started {
			return nil, errors.New("the file is empty: with asObjects its first line must hold the names of the columns")
		}
		if err != nil {
			return nil, err
		}
		first := !r.started
		r.started = true
		line, _ := r.csv.FieldPos(0) // counts from 1
		switch {
		case line-1 > r.options.toLine:
			return nil, io.EOF
		case first && r.options.asObjects:
			if err := r.setHeader(record); err != nil {
				return nil, err
			}
		case first && r.options.skipFirst, line-1 < r.options.fromLine:
		default:
			return record, r.count(line, len(record))
		}
	}
}

func (r *records) setHeader(record []string) error {
	seen := make(map[string]bool, len(record))
	for _, name := range record {
		if seen[name] {
			return fmt.Errorf("the first line names the column %q twice: with asObjects one of them would be lost", name)
		}
		seen[name] = true
	}
	r.header, r.fields = append(r.header, record...), len(record)
	return nil
}

// count holds the number of fields against that of the records before: data
// that is cut off must not be load.
func (r *records) count(line, fields int) error {
	if r.fields == 0 {
		r.fields = fields
	}
	if fields != r.fields {
		return fmt.Errorf("the record on line %d has not the %d fields of those before it, but %d", line, r.fields, fields)
	}
	return nil
}
