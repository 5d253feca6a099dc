package verdict

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// none stands for what was not measured.
const none = "-"

// Encode writes a Result as result.json: equal results are equal bytes.
func Encode(r Result) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("encode the result of run %s: %w", r.Run, err)
	}
	return b.Bytes(), nil
}

func (o Objective) fail(cause string) Objective {
	o.Verdict, o.Cause = Fail, cause
	return o
}

func (o Objective) inconclusive(cause string) Objective {
	o.Verdict, o.Cause = Inconclusive, cause
	return o
}

func (o Objective) pass() Objective {
	o.Verdict, o.Cause = Pass, ""
	return o
}

// rank orders verdicts: the higher one decides.
func rank(v Value) int {
	switch v {
	case Fail:
		return 2
	case Inconclusive:
		return 1
	}
	return 0
}

// worst returns the first objective with the verdict that decides.
func worst(judged []Objective) Objective {
	out := judged[0]
	for _, o := range judged[1:] {
		if rank(o.Verdict) > rank(out.Verdict) {
			out = o
		}
	}
	return out
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
