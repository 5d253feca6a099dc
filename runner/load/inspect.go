package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Inspect compiles a script and returns its options as they were decided, as
// indented JSON; with requirements also how long it runs at most and how many
// virtual users it may use.
func Inspect(ctx context.Context, cfg Config, requirements bool) ([]byte, error) {
	s := &session{cfg: cfg}
	defer s.remove()
	p, err := s.compile(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(p.Options)
	if err != nil {
		return nil, fmt.Errorf("write the options: %w", err)
	}
	if requirements {
		more := fmt.Sprintf(`,"totalDuration":%q,"maxVUs":%d}`, p.MaxDuration(), p.MaxVUs())
		text = append(bytes.TrimSuffix(text, []byte("}")), more...)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, fmt.Errorf("write the options: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
