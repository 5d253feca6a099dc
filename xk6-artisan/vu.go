package artisan

import (
	"context"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// VU is the virtual user that calls, as its engine shows it. Its methods are
// called on the virtual user's own goroutine, but for those that say otherwise.
type VU interface {
	Runtime() *sobek.Runtime
	// Context ends when the iteration under way must end.
	Context() context.Context
	// RegisterCallback says that an operation is under way elsewhere, which
	// keeps the iteration from ending. The function that it returns may be
	// called once, from any goroutine, with what is to run on the virtual
	// user's goroutine when the operation is over.
	RegisterCallback() func(func() error)
	// InInit tells whether the script's init code runs.
	InInit() bool
	// Load is the name of the load that the virtual user belongs to, for the
	// log; "" if there is none.
	Load() string
	// Requests returns where the requests of an attack are counted, with these
	// tags beside those of the virtual user. It is safe for concurrent use.
	Requests(tags map[string]string) Requests
	// Expected counts an expectation that was met or not.
	Expected(met bool, tags map[string]string)
}

// Requests takes what becomes of the requests of an attack. It is safe for
// concurrent use.
type Requests interface {
	// Started says that a request due at due was sent at started.
	Started(due, started time.Time)
	// Dropped says that n requests due at due were never sent.
	Dropped(due time.Time, n uint64)
	// Done says how a request ended. Each call follows one of Started.
	Done(Request)
}

// Request is a request of an attack that has ended.
type Request struct {
	observation.Request // its bytes are those of the bodies
	Method, URL         string
	// Sent and Received are the bytes on all connections of the attack since the
	// request before: heads and handshakes too.
	Sent, Received int64
}
