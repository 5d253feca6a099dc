// Package k6csv is the module k6/experimental/csv: records of CSV files, all
// at once and shared by all virtual users, or one after the other.
package k6csv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/k6data"
	"github.com/artisan-platform/headroom/runner/script/k6fs"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/experimental/csv.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/experimental/csv",
		Exports: []string{"parse", "Parser"},
		New: func(v *vu.VU) func(string) any {
			return func(name string) any {
				if name == "parse" {
					return func(call sobek.FunctionCall) sobek.Value {
						return v.Promise(func() any { return parse(v, call) })
					}
				}
				return func(call sobek.ConstructorCall) *sobek.Object { return newParser(v, call) }
			}
		},
	}
}

// arguments reads a file and how to read it.
func arguments(v *vu.VU, function string, file, given sobek.Value) (*k6fs.File, options) {
	f, ok := k6fs.FileOf(file)
	if !ok {
		panic(v.Runtime.NewTypeError("%s(file, options): file must be a File that open() of k6/experimental/fs gave, and is %s", function, vu.Describe(file)))
	}
	o, err := parseOptions(given)
	if err != nil {
		panic(v.Runtime.NewTypeError("%s(file, options): %v", function, err))
	}
	return f, o
}

// parse is csv.parse(file, options): an array of all records, like a
// SharedArray. The first virtual user parses; all keep the records once.
func parse(v *vu.VU, call sobek.FunctionCall) *sobek.Object {
	v.OnlyInit("csv.parse()")
	file, o := arguments(v, "csv.parse", call.Argument(0), call.Argument(1))
	made, err := v.Test.Share(fmt.Sprintf("csv.parse %s %+v", file.Path(), o), func() (any, error) {
		return parseAll(v.Context(), file.Content(), o)
	})
	if err != nil {
		v.Throw("csv.parse(%q): %v", filepath.Base(file.Path()), err)
	}
	list, _ := made.([]string)
	return k6data.NewArray(v, list)
}

// parseAll reads all records, each as JSON. It ends early with ctx.
func parseAll(ctx context.Context, content []byte, o options) ([]string, error) {
	r := newRecords(content, o)
	list := []string{}
	for {
		fields, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, err
		case len(list)%1024 == 0 && ctx.Err() != nil:
			return nil, context.Cause(ctx)
		}
		text, err := toJSON(r.header, fields)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
}

// toJSON writes a record as an array, or as an object if there is a header.
func toJSON(header, fields []string) (string, error) {
	if header == nil {
		text, err := json.Marshal(fields)
		return string(text), err
	}
	var b strings.Builder
	for i, name := range header {
		key, err := json.Marshal(name)
		if err != nil {
			return "", err
		}
		value, err := json.Marshal(fields[i])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, ",%s:%s", key, value)
	}
	return "{" + strings.TrimPrefix(b.String(), ",") + "}", nil
}
