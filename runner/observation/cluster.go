package observation

import "time"

// HPA is a HorizontalPodAutoscaler as the API server showed it, with the
// API's defaults resolved, so that judging needs no constant of its own.
type HPA struct {
	Namespace  string      `json:"namespace"`
	Name       string      `json:"name"`
	UID        string      `json:"uid"`
	Deleted    bool        `json:"deleted,omitempty"`
	TargetKind string      `json:"target_kind"`
	Target     string      `json:"target"`
	Min        int32       `json:"min"`
	Max        int32       `json:"max"`
	ScaleUp    Rules       `json:"scale_up"`
	ScaleDown  Rules       `json:"scale_down"`
	Metrics    []HPAMetric `json:"metrics"`
	Current    int32       `json:"current"` // status.currentReplicas
	Desired    int32       `json:"desired"` // status.desiredReplicas
	LastScale  *time.Time  `json:"last_scale,omitempty"`
	Conditions []Condition `json:"conditions,omitempty"`
}

// Rules are the scaling rules of one direction.
type Rules struct {
	Window    time.Duration `json:"window_ns"`           // stabilization window
	Select    string        `json:"select"`              // Max, Min or Disabled
	Tolerance *float64      `json:"tolerance,omitempty"` // nil: the cluster's default, 0.1
	Policies  []Policy      `json:"policies"`
}

// Policy limits the change within one period.
type Policy struct {
	Type   string        `json:"type"` // Pods or Percent
	Value  int32         `json:"value"`
	Period time.Duration `json:"period_ns"`
}

// HPAMetric is one metric of an HPA's spec, with what its status says of it.
type HPAMetric struct {
	Type       string   `json:"type"` // Resource, ContainerResource, Pods, Object, External
	Name       string   `json:"name"`
	TargetType string   `json:"target_type"`       // Utilization (percent), AverageValue, Value
	Target     float64  `json:"target"`            // in the unit of TargetType; quantities in base units
	Current    *float64 `json:"current,omitempty"` // same unit as Target; nil: the HPA has no value
}

// Condition is a condition of an HPA, a pod, a node or a Deployment.
type Condition struct {
	Type    string    `json:"type"`
	Status  string    `json:"status"` // True, False, Unknown
	Reason  string    `json:"reason,omitempty"`
	Message string    `json:"message,omitempty"`
	Since   time.Time `json:"since"` // lastTransitionTime, to the second
}

// Deployment is a Deployment's replica counts.
type Deployment struct {
	Namespace  string      `json:"namespace"`
	Name       string      `json:"name"`
	Deleted    bool        `json:"deleted,omitempty"`
	Replicas   int32       `json:"replicas"` // spec.replicas
	Current    int32       `json:"current"`  // status.replicas
	Updated    int32       `json:"updated"`
	Ready      int32       `json:"ready"`
	Available  int32       `json:"available"`
	Conditions []Condition `json:"conditions,omitempty"`
}

// Pod is a pod with its transitions; the API's own times are to the second,
// the record's time says when the change was seen.
type Pod struct {
	Namespace  string      `json:"namespace"`
	Name       string      `json:"name"`
	UID        string      `json:"uid"`
	Owner      string      `json:"owner"` // the Deployment or other controller, "" if none
	Node       string      `json:"node,omitempty"`
	Phase      string      `json:"phase"`
	Deleted    bool        `json:"deleted,omitempty"`
	Created    time.Time   `json:"created"`
	Terminated *time.Time  `json:"terminating,omitempty"` // deletionTimestamp
	Ready      bool        `json:"ready"`
	Conditions []Condition `json:"conditions,omitempty"`
	Containers []Container `json:"containers,omitempty"`
}

// Container is the state of one container of a pod.
type Container struct {
	Name     string     `json:"name"`
	Image    string     `json:"image"`
	State    string     `json:"state"` // waiting, running, terminated
	Reason   string     `json:"reason,omitempty"`
	Ready    bool       `json:"ready"`
	Restarts int32      `json:"restarts"`
	Started  *time.Time `json:"started,omitempty"`
}

// Node is a node of the cluster.
type Node struct {
	Name          string            `json:"name"`
	Deleted       bool              `json:"deleted,omitempty"`
	Ready         bool              `json:"ready"`
	Labels        map[string]string `json:"labels,omitempty"`
	Unschedulable bool              `json:"unschedulable,omitempty"`
	CPU           float64           `json:"cpu_allocatable"`    // cores
	Memory        float64           `json:"memory_allocatable"` // bytes
}

// Event is a Kubernetes event.
type Event struct {
	Namespace string    `json:"namespace"`
	Type      string    `json:"type"` // Normal or Warning
	Reason    string    `json:"reason"`
	Message   string    `json:"message"`
	Kind      string    `json:"object_kind"`
	Object    string    `json:"object"`
	Count     int32     `json:"count"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
}

// PromOutcome tells apart the ways in which a query can have no answer.
type PromOutcome string

// The outcomes of a Prometheus query. Only PromValue carries a number.
const (
	PromValue PromOutcome = "value"
	PromEmpty PromOutcome = "empty" // the query answered with no series
	PromNaN   PromOutcome = "nan"   // a series whose value is NaN
	PromStale PromOutcome = "stale" // the newest sample is older than the step allows
	PromError PromOutcome = "error" // the query failed
)

// Prom is one evaluation of one query of the plan.
type Prom struct {
	Query   string       `json:"query"` // the query's name in the plan
	Expr    string       `json:"expr"`
	At      time.Time    `json:"at"` // the evaluation time asked for
	Outcome PromOutcome  `json:"outcome"`
	Series  []PromSeries `json:"series,omitempty"`
	Error   string       `json:"error,omitempty"`
}

// PromSeries is one series of an answer. Infinities are written as +Inf and
// -Inf; NaN never appears, it is an outcome.
type PromSeries struct {
	Labels map[string]string `json:"labels,omitempty"`
	Value  Float             `json:"value"`
}
