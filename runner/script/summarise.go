package script

import (
	"context"
)

// Summary is what a summary is made of, once all is measured.
type Summary struct {
	run *run
	ctx context.Context
}

func (r *run) summarise(ctx context.Context) {
	r.cfg.Summarise(&Summary{r, context.WithoutCancel(ctx)})
}
