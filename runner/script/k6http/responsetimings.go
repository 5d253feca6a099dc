package k6http

import (
	"slices"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// responseTimings is Response.timings. Nothing of it is made before it is
// read: a check of the duration is part of most iterations.
type responseTimings struct {
	vu      *vu.VU
	hop     *hop
	written map[string]sobek.Value // by the script
}

var _ sobek.DynamicObject = (*responseTimings)(nil)

var timingKeys = []string{"duration", "blocked", "connecting", "tls_handshaking", "sending", "waiting", "receiving"}

// Get implements sobek.DynamicObject.
func (r *responseTimings) Get(key string) sobek.Value {
	if v, ok := r.written[key]; ok {
		return v
	}
	t := r.hop.timings()
	switch key {
	case "duration":
		return r.vu.Runtime.ToValue(t.duration)
	case "blocked":
		return r.vu.Runtime.ToValue(t.blocked)
	case "connecting":
		return r.vu.Runtime.ToValue(t.connecting)
	case "tls_handshaking":
		return r.vu.Runtime.ToValue(t.tls)
	case "sending":
		return r.vu.Runtime.ToValue(t.sending)
	case "waiting":
		return r.vu.Runtime.ToValue(t.waiting)
	case "receiving":
		return r.vu.Runtime.ToValue(t.receiving)
	}
	return nil
}

// Set implements sobek.DynamicObject.
func (r *responseTimings) Set(key string, v sobek.Value) bool {
	if r.written == nil {
		r.written = make(map[string]sobek.Value)
	}
	r.written[key] = v
	return true
}

// Has implements sobek.DynamicObject.
func (r *responseTimings) Has(key string) bool {
	_, ok := r.written[key]
	return ok || slices.Contains(timingKeys, key)
}

// Delete implements sobek.DynamicObject.
func (r *responseTimings) Delete(key string) bool {
	delete(r.written, key)
	return true
}

// Keys implements sobek.DynamicObject.
func (r *responseTimings) Keys() []string { return slices.Clone(timingKeys) }
