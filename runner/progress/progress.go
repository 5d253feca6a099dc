// Package progress carries the news of long operations from the adapters to
// whoever shows them. An adapter starts a step, updates it while it waits and
// finishes it once; how the step is drawn is the reporter's business.
package progress

// Reporter shows steps. Implementations are safe for concurrent use, since
// images are built and nodes are prepared side by side.
type Reporter interface {
	// Start opens a step under a short, human name ("build kubelet").
	Start(name string) Step
}

// Step is one piece of work that a person waits for.
type Step interface {
	// Update replaces the detail shown beside the step's name: what it is
	// waiting for now, or how far it has come.
	Update(detail string)
	// Done closes the step. A nil error means that it succeeded.
	Done(err error)
}

// Discard is a Reporter that shows nothing.
var Discard Reporter = discard{}

type discard struct{}

func (discard) Start(string) Step { return discard{} }
func (discard) Update(string)     {}
func (discard) Done(error)        {}

// Do runs fn as one step of r.
func Do(r Reporter, name string, fn func(Step) error) error {
	s := r.Start(name)
	err := fn(s)
	s.Done(err)
	return err
}
