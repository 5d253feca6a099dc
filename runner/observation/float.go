package observation

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Float is a float64 whose infinities survive JSON, as the strings "+Inf" and
// "-Inf". NaN is refused both ways: it is never a value here.
type Float float64

// MarshalJSON writes a number, or a quoted infinity.
func (f Float) MarshalJSON() ([]byte, error) {
	s := strconv.FormatFloat(float64(f), 'g', -1, 64)
	switch s {
	case "NaN":
		return nil, fmt.Errorf("encode float: NaN is an outcome, not a value")
	case "+Inf", "-Inf":
		return json.Marshal(s)
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Float) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		return json.Unmarshal(b, (*float64)(f))
	}
	if s != "+Inf" && s != "-Inf" {
		return fmt.Errorf("decode float: %q is no number", s)
	}
	v, err := strconv.ParseFloat(s, 64)
	*f = Float(v)
	return err
}
