package reports

import (
	"fmt"
	"io"

	"github.com/artisan-platform/headroom/runner/verdict"
)

// JSON writes result.json: the result, as docs/result-json.md describes it.
// Equal results are equal bytes.
func JSON(w io.Writer, in Input) error {
	b, err := verdict.Encode(in.Result)
	if err != nil {
		return fmt.Errorf("write result.json: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("write result.json: %w", err)
	}
	return nil
}
