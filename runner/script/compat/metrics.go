package compat

const sketched = "Its quantiles are those of a sketch: see Trend."

var metrics = in("Built-in metrics",
	yes("vus, vus_max", "metrics-builtin", "summary-text"),
	yes("iterations", "metrics-builtin", "setup-measured"),
	differs("iteration_duration", sketched, "metrics-builtin", "setup-measured"),
	yes("dropped_iterations", "executor-arrival-drops", "executor-shared-max-duration"),
	yes("checks", "checks", "metrics-builtin"),
	differs("group_duration", sketched, "groups", "groups-nested"),
	yes("data_sent, data_received", "metrics-data", "runner/wire.TestDiscardedBodiesAreCounted"),
	yes("http_reqs", "metrics-builtin", "http-redirects"),
	yes("http_req_failed", "http-failures", "http-expected-statuses"),
	differs("http_req_duration", sketched, "metrics-builtin", "threshold-http"),
	differs("http_req_blocked, http_req_connecting, http_req_tls_handshaking, http_req_sending, http_req_waiting, http_req_receiving",
		sketched, "metrics-builtin", "summary-full"),
	differs("ws_connecting, ws_session_duration, ws_ping", sketched, "websockets-echo", "websockets-ping", "ws-echo"),
	yes("ws_sessions, ws_msgs_sent, ws_msgs_received", "websockets-echo", "ws-echo", "runner/script/wsconn.TestSamples"),
	refused("grpc_*", "gRPC is not supported.", "bad/grpc"),
	refused("browser_*", "A browser is not driven.", "bad/unknown-module"),
	yes("tags of HTTP samples", "system-tags-default", "system-tags"),
)

var thresholds = in("Thresholds",
	yes("count, rate, value, avg, min, max, med, p(N)", "threshold-aggregations", "runner/script/threshold.TestParse"),
	yes("operators", "runner/script/threshold.TestParse", "runner/script/threshold.TestCheck"),
	yes("abortOnFail", "threshold-abort"),
	yes("delayAbortEval", "threshold-delay"),
	yes("sub-metrics: metric{tag:value}", "threshold-submetrics", "threshold-http", "runner/script/threshold.TestParseKey"),
	yes("mistakes are told before the test", "bad/thresholds", "bad/threshold-metrics", "bad/threshold-not-a-string"),
	differs("thresholds without samples", "A warning tells them; with --strict they are missed.", "silent-threshold", "strict", "cli/load"),
)
