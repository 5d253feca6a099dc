package reports

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSON writes result.json: the result, as docs/result-json.md describes it.
// Equal results are equal bytes.
func JSON(w io.Writer, in Input) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in.Result); err != nil {
		return fmt.Errorf("write result.json: %w", err)
	}
	return nil
}
