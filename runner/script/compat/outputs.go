package compat

import "slices"

var outputs = slices.Concat(
	in("Summaries",
		differs("text summary", "It also lists requests by name; the layout is not promised by k6.",
			"summary-text", "summary-full", "runner/script/summary.TestTextCompact", "runner/script/summary.TestTextFull"),
		yes("data of handleSummary", "summary-handle", "runner/script/summary.TestHandleSummaryJSON"),
		yes("--summary-export", "summary-export", "runner/script/summary.TestExportJSON"),
		differs("--new-machine-readable-summary", "It has thresholds, which the schema lacks.", "summary-machine", "runner/script/summary.TestMachineJSON"),
	),
	in("Outputs",
		yes("json", "cli/load", "runner/script/output.TestJSON", "runner/script/output.TestJSONFile"),
		yes("csv", "cli/load", "runner/script/output.TestCSV", "runner/script/output.TestCSVTimes", "runner/script/output.TestCSVInterval"),
		yes("experimental-prometheus-rw", "runner/script/output/remotewrite.TestMapping", "runner/script/output/remotewrite.TestProtocol",
			"runner/script/output/remotewrite.TestDefaults", "runner/script/output/remotewrite.TestPrometheus"),
		yes("experimental-prometheus-rw: native histograms", "runner/script/output/remotewrite.TestNativeHistogram"),
		yes("experimental-prometheus-rw: stale markers", "runner/script/output/remotewrite.TestStaleMarkers"),
		differs("artisan", "It is the log of the run, for headroom judge and report. A k6 has it if it is built with xk6-artisan/k6.",
			"runner/load.TestLogIsJudged", "runner/load.TestLogRefuses"),
		refused("cloud", "Results are sent to no cloud service.", "runner/script/output.TestParseErrors"),
		refused("influxdb", "InfluxDB is not written to.", "runner/script/output.TestParseErrors", "cli/load"),
		refused("web-dashboard", "Grafana shows the samples of experimental-prometheus-rw.", "runner/script/output.TestParseErrors"),
		refused("opentelemetry", "Use experimental-prometheus-rw, json or csv.", "runner/script/output.TestParseErrors"),
	),
)

var rest = in("REST API",
	yes("GET /v1/status", "runner/script/rest.TestLife"),
	refused("PATCH /v1/status: vus, vus-max", "Virtual users are what the scenarios say: k6 could change them only for externally-controlled.",
		"runner/script/rest.TestBadRequests"),
	yes("PATCH /v1/status: paused, stopped", "runner/script/rest.TestLife", "runner/script/rest.TestBadRequests", "stopped"),
	yes("GET /v1/metrics, GET /v1/metrics/{id}", "runner/script/rest.TestWatching"),
	yes("GET /v1/groups, GET /v1/groups/{id}", "runner/script/rest.TestWatching"),
	yes("GET /v1/setup, PUT /v1/setup, POST /v1/setup", "runner/script/rest.TestSetup"),
	yes("POST /v1/teardown", "runner/script/rest.TestSetup"),
	differs("requests from web pages", "They are refused: a page must not steer a test.", "runner/script/rest.TestOtherSites"),
)

var commands = in("Commands",
	yes("k6 run", "cli/k6", "cli/load"),
	yes("k6 archive", "cli/load", "runner/script/archive.TestWrite", "runner/script/archive.TestRunsAgain"),
	yes("archives of others", "runner/script/archive.TestReadOthers", "runner/script/archive.TestExtractStaysInside"),
	yes("k6 inspect", "cli/k6", "cli/load"),
	yes("k6 inspect --execution-requirements", "cli/load"),
	differs("k6 version", "It names headroom.", "cli/k6"),
	refused("other commands of k6", "Under the name k6 there are run, archive, inspect and version.", "cli/k6"),
	yes("the script from standard input", "cli/load"),
)
