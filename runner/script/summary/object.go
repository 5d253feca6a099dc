package summary

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := encode(m.key)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// encode is json.Marshal that leaves < and > in thresholds readable.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// raw is a member of an object that was read.
type raw struct {
	key   string
	value json.RawMessage
}

// members reads an object in its order; null has none.
func members(text json.RawMessage) ([]raw, error) {
	if len(text) == 0 || bytes.Equal(bytes.TrimSpace(text), []byte("null")) {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	switch t, err := d.Token(); {
	case err != nil:
		return nil, noEOF(err)
	case t != json.Delim('{'):
		return nil, errors.New("it is no object")
	}
	var list []raw
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, noEOF(err)
		}
		m := raw{key: fmt.Sprint(key)}
		if err := d.Decode(&m.value); err != nil {
			return nil, noEOF(err)
		}
		list = append(list, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, noEOF(err)
	}
	return list, nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
