package k6http

import "fmt"

// foreignHost is a request, or a hop of its redirects, to a host that may not
// be loaded. Load that leaves this machine by a slip of the pen is an attack
// on somebody.
type foreignHost struct{ method, url, host string }

func (e *foreignHost) Error() string {
	return fmt.Sprintf("%s %s: host %q is not this machine; allow it with --allow-host %s if it is yours to load", e.method, e.url, e.host, e.host)
}
