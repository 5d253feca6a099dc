package metric

// Builtin are the metrics that the engine itself fills.
type Builtin struct {
	VUs, Iterations, IterationDuration, DroppedIterations, IterationErrors *Metric
	Checks, GroupDuration, DataSent, DataReceived                          *Metric
	HTTPReqs, HTTPReqFailed, HTTPReqDuration                               *Metric
	HTTPReqBlocked, HTTPReqConnecting, HTTPReqTLS                          *Metric
	HTTPReqSending, HTTPReqWaiting, HTTPReqReceiving                       *Metric
}

// NewBuiltin makes the built-in metrics in a registry without metrics.
func NewBuiltin(r *Registry) *Builtin {
	b := &Builtin{}
	for _, m := range []struct {
		to   **Metric
		name string
		kind Kind
		time bool
	}{
		{&b.VUs, "vus", Gauge, false},
		{&b.Iterations, "iterations", Counter, false},
		{&b.IterationDuration, "iteration_duration", Trend, true},
		{&b.DroppedIterations, "dropped_iterations", Counter, false},
		{&b.IterationErrors, "iteration_errors", Counter, false},
		{&b.Checks, "checks", Rate, false},
		{&b.GroupDuration, "group_duration", Trend, true},
		{&b.DataSent, "data_sent", Counter, false},
		{&b.DataReceived, "data_received", Counter, false},
		{&b.HTTPReqs, "http_reqs", Counter, false},
		{&b.HTTPReqFailed, "http_req_failed", Rate, false},
		{&b.HTTPReqDuration, "http_req_duration", Trend, true},
		{&b.HTTPReqBlocked, "http_req_blocked", Trend, true},
		{&b.HTTPReqConnecting, "http_req_connecting", Trend, true},
		{&b.HTTPReqTLS, "http_req_tls_handshaking", Trend, true},
		{&b.HTTPReqSending, "http_req_sending", Trend, true},
		{&b.HTTPReqWaiting, "http_req_waiting", Trend, true},
		{&b.HTTPReqReceiving, "http_req_receiving", Trend, true},
	} {
		*m.to = &Metric{Name: m.name, Kind: m.kind, Time: m.time}
		r.metrics[m.name] = *m.to
	}
	return b
}
