package k6http

import (
	"net/http"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// shared is what the clients of all virtual users of a test have in common.
type shared struct {
	targets targets
	limiter *rate.Limiter // nil: no limit
	warned  atomic.Bool   // of a URL that nothing can be sent to
	http2   *http.Transport
}

func sharedOf(t *vu.Test) *shared {
	made, _ := t.Share("k6/http", func() (any, error) {
		s := &shared{http2: newTransport2()}
		if rps := t.Options.RPS; rps > 0 {
			s.limiter = rate.NewLimiter(rate.Limit(rps), 1)
		}
		return s, nil
	})
	s, _ := made.(*shared)
	return s
}
