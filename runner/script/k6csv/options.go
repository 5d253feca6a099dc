package k6csv

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// options are how a file is read. Lines count from 0.
type options struct {
	delimiter        rune
	skipFirst        bool
	asObjects        bool
	fromLine, toLine int // the first and the last line on which a record may start
}

var optionNames = []string{"delimiter", "skipFirstLine", "fromLine", "toLine", "asObjects"}

// parseOptions reads the options that a script gave.
func parseOptions(value sobek.Value) (options, error) {
	o := options{delimiter: ',', toLine: math.MaxInt}
	if vu.Absent(value) {
		return o, nil
	}
	given, ok := value.(*sobek.Object)
	if !ok {
		return o, fmt.Errorf("options must be an object, and is %s", vu.Describe(value))
	}
	for _, name := range given.Keys() {
		value := given.Get(name)
		if vu.Absent(value) {
			continue
		}
		if err := o.set(name, value); err != nil {
			return o, err
		}
	}
	return o, o.check()
}

func (o *options) set(name string, value sobek.Value) (err error) {
	switch name {
	case "delimiter":
		o.delimiter, err = delimiter(value)
	case "skipFirstLine":
		o.skipFirst, err = boolean(name, value)
	case "asObjects":
		o.asObjects, err = boolean(name, value)
	case "fromLine":
		o.fromLine, err = line(name, value)
	case "toLine":
		o.toLine, err = line(name, value)
	default:
		err = fmt.Errorf("there is no option %q: there are %s", name, strings.Join(optionNames, ", "))
	}
	return err
}

// check holds the options against each other.
func (o options) check() error {
	switch {
	case o.asObjects && o.skipFirst:
		return errors.New("asObjects and skipFirstLine exclude each other: the first line holds the names of the columns; leave out skipFirstLine")
	case o.asObjects && o.fromLine > 0:
		return errors.New("asObjects and a fromLine above 0 exclude each other: the first line holds the names of the columns; leave out fromLine")
	case o.fromLine > o.toLine:
		return fmt.Errorf("fromLine %d is after toLine %d", o.fromLine, o.toLine)
	}
	return nil
}

// notDelimiters have a meaning of their own in a CSV file.
var notDelimiters = []rune{'"', '\r', '\n', utf8.RuneError}

func delimiter(value sobek.Value) (rune, error) {
	text, ok := value.Export().(string)
	if ok && utf8.RuneCountInString(text) == 1 {
		if r, _ := utf8.DecodeRuneInString(text); !slices.Contains(notDelimiters, r) {
			return r, nil
		}
	}
	return 0, fmt.Errorf("delimiter must be one character other than a quote or the end of a line, and is %s", vu.Describe(value))
}

func boolean(name string, value sobek.Value) (bool, error) {
	b, ok := value.Export().(bool)
	if !ok {
		return false, fmt.Errorf("%s must be true or false, and is %s", name, vu.Describe(value))
	}
	return b, nil
}

func line(name string, value sobek.Value) (int, error) {
	n, ok := value.Export().(int64)
	if !ok || n < 0 || n > math.MaxInt32 {
		return 0, fmt.Errorf("%s must be the number of a line, an integer of 0 or more, and is %s", name, vu.Describe(value))
	}
	return int(n), nil
}
