package k6csv

import (
	"errors"
	"io"
	"path/filepath"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// parser is a Parser of one virtual user.
type parser struct {
	vu      *vu.VU
	name    string // of the file
	records *records
}

// newParser is `new Parser(file, options)`. It starts at the start of the
// file, wherever the position of the File is.
func newParser(v *vu.VU, call sobek.ConstructorCall) *sobek.Object {
	file, o := arguments(v, "new csv.Parser", call.Argument(0), call.Argument(1))
	p := &parser{vu: v, name: filepath.Base(file.Path()), records: newRecords(file.Content(), o)}
	next := func(sobek.FunctionCall) sobek.Value { return v.Promise(p.next) }
	if err := call.This.DefineDataProperty("next", v.Runtime.ToValue(next), sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_FALSE); err != nil {
		v.Throw("new csv.Parser(): %v", err)
	}
	return nil
}

// next is parser.next(): the next record, as an iterator gives it.
func (p *parser) next() any {
	fields, err := p.records.next()
	switch {
	case errors.Is(err, io.EOF):
		return p.result(true, sobek.Undefined())
	case err != nil:
		p.vu.Throw("parser.next(): %s: %v", p.name, err)
	case p.records.header != nil:
		return p.result(false, p.object(fields))
	}
	values := make([]any, len(fields))
	for i, f := range fields {
		values[i] = f
	}
	return p.result(false, p.vu.Runtime.NewArray(values...))
}

func (p *parser) result(done bool, value sobek.Value) *sobek.Object {
	o := p.vu.Runtime.NewObject()
	p.define(o, "done", p.vu.Runtime.ToValue(done))
	p.define(o, "value", value)
	return o
}

// object is a record with the names of its columns.
func (p *parser) object(fields []string) *sobek.Object {
	o := p.vu.Runtime.NewObject()
	for i, name := range p.records.header {
		p.define(o, name, p.vu.Runtime.ToValue(fields[i]))
	}
	return o
}

// define adds a property, whatever its name: Set would take __proto__ for the
// prototype.
func (p *parser) define(o *sobek.Object, name string, value sobek.Value) {
	if err := o.DefineDataProperty(name, value, sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_TRUE); err != nil {
		p.vu.Throw("parser.next(): %s: make a record: %v", p.name, err)
	}
}
