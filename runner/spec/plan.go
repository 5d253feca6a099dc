// Package spec reads plan files: what to build, what load to drive, what to
// watch and which objectives must hold. Everything in a plan is checked before
// anything is created, and every problem is reported at once with its place.
package spec

import "time"

// Plan is one plan file after defaults. LoadPlan and Parse are the only ways to
// get one that drives load, so that a Plan is valid by construction.
type Plan struct {
	File   string // path as given
	Source string // the file's text

	Name        string
	Description string
	Cluster     Cluster
	Stack       Stack
	Loads       []Load
	Disruptions []Disruption
	Settle      time.Duration // watching goes on for so long after the last load; default 20s
	Watch       Watch
	Objectives  Objectives
}

// Cluster is the kind cluster that the plan runs on.
type Cluster struct {
	Name   string // default "headroom"
	Config string // path of a kind config, resolved against the plan's folder; "" is the one built in (kind-config.yaml)
}

// Stack is what runs in the cluster.
type Stack struct {
	Level    string // "core" or "full"; default "full"
	Platform Platform
}

// Platform names what takes the place of the three workloads. An empty Image
// means the built-in stand-in.
type Platform struct {
	Backend  Workload
	Frontend Workload
	Worker   Workload
}

// Workload is one Deployment of the platform.
//
// All but Env says how an image of one's own runs, and is empty without Image.
type Workload struct {
	Image         string
	Command, Args []string
	Port          int32 // where the program serves; 0 is the stand-in's port
	// ReadyPath and LivePath are probed; "" is /health.
	ReadyPath, LivePath string
	NoProbes            bool   // the image has nothing to probe
	MetricsPath         string // what Prometheus scrapes; "" is /metrics
	Env                 map[string]string
}

// Load is one source of load. Exactly one of Script, Vegeta and Queue is set.
type Load struct {
	Name   string
	Start  time.Duration // offset from the start of the load phase
	Script *Script
	Vegeta *Vegeta
	Queue  *Queue
}

// Script is a k6-style script.
type Script struct {
	File   string            // path relative to the plan
	Path   string            // File resolved against the plan's folder
	Source string            // its text, read when the plan is loaded
	Env    map[string]string // __ENV
	Stages []VUStage         // replaces the script's own stages, as --stage does; nil keeps them
	Hosts  map[string]string // where connections to a name go: an IP address, with or without a port

	// Duration is how long the script runs. It is the sum of Stages where the
	// plan has them; otherwise only the script itself knows, and whoever
	// compiles it fills it in.
	Duration time.Duration
}

// VUStage ramps the number of virtual users linearly to Target over Duration.
type VUStage struct {
	Duration time.Duration
	Target   int
}

// Vegeta is an open-model attack.
type Vegeta struct {
	Method      string // default GET
	URL         string
	Header      map[string]string
	Body        string
	Timeout     time.Duration     // of one request; default 10s
	Connections int               // most idle connections kept; default 1000
	Hosts       map[string]string // where connections to a name go: an IP address, with or without a port
	Stages      []RateStage
}

// RateStage drives the arrival rate linearly from From to To, in requests per
// second, over Duration. A constant stage has From == To.
type RateStage struct {
	Duration time.Duration
	From, To float64
}

// Queue pushes jobs onto a Redis list.
type Queue struct {
	Address string        // host:port; default 127.0.0.1:6379
	List    string        // default "default", the one that the built-in worker takes from
	Jobs    int           // how many in all
	Over    time.Duration // spread evenly over so long; 0 is one burst
	Payload string        // one job; default a small JSON object with a sequence number
}

// Disruption is something that is broken on purpose while the loads run.
type Disruption struct {
	Name       string
	At         time.Duration // offset from the start of the load phase
	DeletePods PodDeletion
}

// PodDeletion deletes the pods of the watched namespace that a label selector
// matches at that moment.
type PodDeletion struct {
	Selector string
	Grace    time.Duration // that a pod has to end by itself; 0: it is killed at once
}

// Watch says what is observed.
type Watch struct {
	Namespace  string        // default "artisan-platform"
	Step       time.Duration // of Prometheus queries; default 5s
	Prometheus string        // base URL; default http://127.0.0.1:9090
	Queries    []Query
}

// Query is one PromQL expression, parsed when the plan is loaded.
type Query struct {
	Name string
	Expr string
	Unit string // for the report: "s", "rps", "replicas", "" ...
}

// Objectives are what the judge decides. Limits are inclusive.
type Objectives struct {
	Latency   []Latency
	Errors    []Errors
	ScaleOut  []ScaleOut
	Queries   []QueryLimit
	Recovery  []Recovery
	Counters  []Counter
	Generator Generator
}

// Latency limits a quantile of the response time from due time.
type Latency struct {
	Name       string  // default "p95 of <load>"
	Load       string  // "" is every load together
	Endpoint   string  // "" is every endpoint together
	Quantile   float64 // 0 < q < 1; default 0.95
	Max        time.Duration
	MinSamples uint64 // fewer are inconclusive; default stat.MinSamples(Quantile)
}

// Errors limits the share of failed requests.
type Errors struct {
	Name       string  // default "errors of <load>"
	Load       string  // "" is every load together
	Max        float64 // a fraction; "1%" in the file is 0.01
	MinSamples uint64  // default 100
}

// ScaleOut is what one HPA must do while the loads run.
type ScaleOut struct {
	Name      string // default "scale-out of <hpa>"
	HPA       string
	Replicas  int32         // must be desired and become ready; 0: do not check
	Within    time.Duration // from the breach until Replicas are desired; 0: do not check
	Ready     time.Duration // from the breach until Replicas are ready; 0: do not check the time
	Window    time.Duration // the stabilization window that the plan expects; HasWindow says if it names one
	HasWindow bool
	Sync      time.Duration // the HPA controller's sync period; default 15s
	Slack     time.Duration // added to the late bound of the decision window; default 5s
}

// QueryLimit bounds a query of Watch over the load phase.
type QueryLimit struct {
	Name  string // default "query <query>"
	Query string // name of a Query
	Max   *float64
	Min   *float64
	For   time.Duration // the limit must be broken for so long to fail; 0: once is enough
}

// Recovery limits how long a disruption is felt. It is over where seconds begin
// in which requests end, all but a share of Errors well and, if P95 is given,
// 95 of 100 of them in time, for as long as For.
type Recovery struct {
	Name       string // default "recovery from <disruption>"
	Disruption string
	Load       string        // "" is every load together
	Endpoint   string        // "" is every endpoint together
	Within     time.Duration // from the disruption
	For        time.Duration // default 15s
	Errors     float64       // a fraction; default 0
	P95        time.Duration // of the response time from due time; 0: any
}

// Counter compares two counters of one script at its end.
type Counter struct {
	Name    string // default "<counter> of <load>"
	Load    string
	Counter string // must not be below
	AtLeast string // this counter
}

// Generator says when the load generator counts as healthy. Beyond a limit
// the run is inconclusive, never a fail.
type Generator struct {
	MaxLag     time.Duration // p99 of started - due over a load; default 100ms
	MaxDropped float64       // fraction of due requests never sent; default 0
	MinRate    float64       // achieved/offered of open loads; default 0.99
}
