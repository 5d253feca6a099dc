package metric

// Builtin are the metrics that the engine itself fills.
type Builtin struct {
	VUs, VUsMax, Iterations, IterationDuration, DroppedIterations, IterationErrors *Metric
	Checks, GroupDuration, DataSent, DataReceived                                  *Metric
	HTTPReqs, HTTPReqFailed, HTTPReqDuration                                       *Metric
	HTTPReqBlocked, HTTPReqConnecting, HTTPReqTLS                                  *Metric
	HTTPReqSending, HTTPReqWaiting, HTTPReqReceiving                               *Metric
	WSConnecting, WSSessionDuration, WSPing                                        *Metric
	WSSessions, WSMsgsSent, WSMsgsReceived                                         *Metric
}

// NewBuiltin makes the built-in metrics in a registry without metrics.
func NewBuiltin(r *Registry) *Builtin {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &Builtin{}
	for _, m := range []struct {
		to   **Metric
		name string
		kind Kind
		of   Contents
	}{
		{&b.VUs, "vus", Gauge, Default},
		{&b.VUsMax, "vus_max", Gauge, Default},
		{&b.Iterations, "iterations", Counter, Default},
		{&b.IterationDuration, "iteration_duration", Trend, Time},
		{&b.DroppedIterations, "dropped_iterations", Counter, Default},
		{&b.IterationErrors, "iteration_errors", Counter, Default},
		{&b.Checks, "checks", Rate, Default},
		{&b.GroupDuration, "group_duration", Trend, Time},
		{&b.DataSent, "data_sent", Counter, Data},
		{&b.DataReceived, "data_received", Counter, Data},
		{&b.HTTPReqs, "http_reqs", Counter, Default},
		{&b.HTTPReqFailed, "http_req_failed", Rate, Default},
		{&b.HTTPReqDuration, "http_req_duration", Trend, Time},
		{&b.HTTPReqBlocked, "http_req_blocked", Trend, Time},
		{&b.HTTPReqConnecting, "http_req_connecting", Trend, Time},
		{&b.HTTPReqTLS, "http_req_tls_handshaking", Trend, Time},
		{&b.HTTPReqSending, "http_req_sending", Trend, Time},
		{&b.HTTPReqWaiting, "http_req_waiting", Trend, Time},
		{&b.HTTPReqReceiving, "http_req_receiving", Trend, Time},
		{&b.WSConnecting, "ws_connecting", Trend, Time},
		{&b.WSSessionDuration, "ws_session_duration", Trend, Time},
		{&b.WSPing, "ws_ping", Trend, Time},
		{&b.WSSessions, "ws_sessions", Counter, Default},
		{&b.WSMsgsSent, "ws_msgs_sent", Counter, Default},
		{&b.WSMsgsReceived, "ws_msgs_received", Counter, Default},
	} {
		*m.to = r.add(m.name, m.kind, m.of)
	}
	return b
}
