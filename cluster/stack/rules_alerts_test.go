package stack

import (
	"testing"
	"time"
)

// A pod's series: the pod as a whole, the pause container, and its container
// with a limit of one core. 0+N*15 in 15 s is N cores.
const (
	busyPod = `
		container_cpu_usage_seconds_total{namespace="artisan-platform",pod="backend-a-11111"} 0+14.25x100
		container_cpu_usage_seconds_total{namespace="artisan-platform",pod="backend-a-11111",container="POD"} 0+0x100
		container_cpu_usage_seconds_total{namespace="artisan-platform",pod="backend-a-11111",container="backend"} 0+14.25x100
		kube_pod_container_resource_limits{namespace="artisan-platform",pod="backend-a-11111",container="backend",resource="cpu"} 1x100`
	// At the same share of a limit of half a core.
	busySmallPod = `
		container_cpu_usage_seconds_total{namespace="artisan-platform",pod="worker-a-11111",container="worker"} 0+7.125x100
		kube_pod_container_resource_limits{namespace="artisan-platform",pod="worker-a-11111",container="worker",resource="cpu"} 0.5x100`
	// One and a half of four cores.
	calmLargePod = `
		container_cpu_usage_seconds_total{namespace="other",pod="large-a-11111",container="large"} 0+22.5x100
		kube_pod_container_resource_limits{namespace="other",pod="large-a-11111",container="large",resource="cpu"} 4x100`
)

func TestHighCPUUsage(t *testing.T) {
	both := []string{"HighCPUUsage", "HighCPUUsage_as_written"}
	// As written it takes the mean over the series of a pod, of which there are
	// three for one container: 95 % of a core is 0.63, and nothing fires.
	expectAlerts(t, busyPod, 10*time.Minute, both, `HighCPUUsage{namespace="artisan-platform", pod="backend-a-11111"}`)
	// It compares cores with 0.8, whatever the limit: a pod at 95 % of half a
	// core stays silent for ever, and one at 38 % of four cores fires.
	expectAlerts(t, busySmallPod, 10*time.Minute, both, `HighCPUUsage{namespace="artisan-platform", pod="worker-a-11111"}`)
	expectAlerts(t, calmLargePod, 10*time.Minute, both, `HighCPUUsage_as_written{pod="large-a-11111"}`)
	// Not before five minutes.
	expectAlerts(t, busyPod, 4*time.Minute, both)
	// A pod without a limit has no share of one.
	expectAlerts(t, `container_cpu_usage_seconds_total{namespace="n",pod="p",container="c"} 0+7.5x100`, 10*time.Minute, both)
}

func TestScalingEventFrequent(t *testing.T) {
	both := []string{"ScalingEventFrequent", "ScalingEventFrequent_as_written"}
	// Up and down, six times within ten minutes.
	const flapping = `kube_deployment_spec_replicas{namespace="artisan-platform",deployment="backend"} 3x3 6x3 3x3 6x3 3x3 6x3 3x80`
	expectAlerts(t, flapping, 9*time.Minute, both, `ScalingEventFrequent{component="backend", namespace="artisan-platform"}`)
	// Five are not more than five.
	const five = `kube_deployment_spec_replicas{namespace="artisan-platform",deployment="backend"} 3x3 6x3 3x3 6x3 3x3 6x60`
	expectAlerts(t, five, 9*time.Minute, both)
	// And forgotten ten minutes after the last.
	expectAlerts(t, flapping, 20*time.Minute, both)
	// As written it reads a counter with labels for component and direction. An
	// increase of each on its own misses what flaps: four up and four down are
	// eight events, and none is above five.
	const counted = `
		scaling_events_total{component="backend",direction="up"} 0 1 1 2 2 3 3 4x60
		scaling_events_total{component="backend",direction="down"} 0 0 1 1 2 2 3 4x60`
	expectAlerts(t, counted, 5*time.Minute, both)
	// And it misses the first event of a series altogether: before it there was
	// no series, so that there is no increase. Six first events are none.
	const first = `
		scaling_events_total{component="a",direction="up"} _ _ 6x60
		scaling_events_total{component="b",direction="up"} 0 0 7x60`
	expectAlerts(t, first, 5*time.Minute, both, `ScalingEventFrequent_as_written{component="b", direction="up"}`)
}

func TestMaxReplicasReached(t *testing.T) {
	both := []string{"MaxReplicasReached", "MaxReplicasReached_as_written"}
	series := func(current string) string {
		return `
			kube_deployment_status_replicas{namespace="artisan-platform",deployment="backend"} ` + current + `x60
			kube_deployment_spec_replicas{namespace="artisan-platform",deployment="backend"} ` + current + `x60
			kube_horizontalpodautoscaler_status_current_replicas{namespace="artisan-platform",horizontalpodautoscaler="backend-hpa"} ` + current + `x60
			kube_horizontalpodautoscaler_spec_max_replicas{namespace="artisan-platform",horizontalpodautoscaler="backend-hpa"} 20x60`
	}
	// As written it divides what there is by what is asked for, which is one at
	// rest: it fires for every Deployment that is well, at three of twenty.
	const always = `MaxReplicasReached_as_written{deployment="backend", namespace="artisan-platform"}`
	expectAlerts(t, series("3"), 6*time.Minute, both, always)
	expectAlerts(t, series("18"), 6*time.Minute, both, always) // 0.9 is not above 0.9
	expectAlerts(t, series("19"), 6*time.Minute, both, always, `MaxReplicasReached{horizontalpodautoscaler="backend-hpa", namespace="artisan-platform"}`)
	expectAlerts(t, series("19"), 4*time.Minute, both)
	// And it is silent when it matters: twenty asked for, of which half exist.
	expectAlerts(t, `
		kube_deployment_status_replicas{namespace="artisan-platform",deployment="backend"} 10x60
		kube_deployment_spec_replicas{namespace="artisan-platform",deployment="backend"} 20x60`, 6*time.Minute, both)
}

func TestTriggersOfUsage(t *testing.T) {
	both := []string{"ScalingTriggerCPU", "ScalingTriggerMemory"}
	// Two pods that request 0.2 cores and 100 bytes each: what they use is
	// judged together, as the autoscaler does.
	pods := func(cpu1, cpu2, memory string) string {
		const n = `{namespace="artisan-platform",pod="backend-5f7c-`
		return `
			container_cpu_usage_seconds_total` + n + `aaaaa",container="backend"} 0+` + cpu1 + `x100
			container_cpu_usage_seconds_total` + n + `bbbbb",container="backend"} 0+` + cpu2 + `x100
			container_memory_working_set_bytes` + n + `aaaaa",container="backend"} ` + memory + `x100
			container_memory_working_set_bytes` + n + `bbbbb",container="backend"} ` + memory + `x100
			kube_pod_container_resource_requests` + n + `aaaaa",container="backend",resource="cpu"} 0.2x100
			kube_pod_container_resource_requests` + n + `bbbbb",container="backend",resource="cpu"} 0.2x100
			kube_pod_container_resource_requests` + n + `aaaaa",container="backend",resource="memory"} 100x100
			kube_pod_container_resource_requests` + n + `bbbbb",container="backend",resource="memory"} 100x100`
	}
	const cpu, memory = `ScalingTriggerCPU{namespace="artisan-platform", workload="backend"}`, `ScalingTriggerMemory{namespace="artisan-platform", workload="backend"}`
	expectAlerts(t, pods("2.4", "2.1", "50"), 15*time.Minute, both, cpu)    // 0.16 and 0.14 of 0.2: 75 %
	expectAlerts(t, pods("2.7", "0.3", "50"), 15*time.Minute, both)         // 0.18 and 0.02 of 0.2: 50 %
	expectAlerts(t, pods("0.3", "0.3", "81"), 15*time.Minute, both, memory) // 81 %
	expectAlerts(t, pods("3", "3", "90"), 9*time.Minute, both)              // not before ten minutes
	// A pod that waits for a node requests and uses nothing: it does not count.
	pending := `
		kube_pod_container_resource_requests{namespace="artisan-platform",pod="backend-5f7c-ccccc",container="backend",resource="cpu"} 0.2x100`
	expectAlerts(t, pods("2.4", "2.1", "50")+pending, 15*time.Minute, both, cpu)
}

func TestTriggerOfResponseTime(t *testing.T) {
	only := []string{"ScalingTriggerResponseTime"}
	answers := func(fast, all string) string {
		const n = `response_time_seconds_bucket{namespace="artisan-platform",app="backend",pod="p",endpoint="/health",le=`
		return n + `"1"} 0+` + fast + `x100
			` + n + `"2.5"} 0+` + all + `x100
			` + n + `"+Inf"} 0+` + all + `x100`
	}
	expectAlerts(t, answers("90", "100"), 7*time.Minute, only, `ScalingTriggerResponseTime{app="backend", namespace="artisan-platform"}`)
	// The first p95 is that of 15 s, when there are two scrapes.
	expectAlerts(t, answers("90", "100"), 5*time.Minute, only)
	expectAlerts(t, answers("90", "100"), 5*time.Minute+15*time.Second, only, `ScalingTriggerResponseTime{app="backend", namespace="artisan-platform"}`)
	expectAlerts(t, answers("96", "100"), 7*time.Minute, only)
	expectAlerts(t, answers("0", "0"), 7*time.Minute, only) // no answers: no p95
}

func TestTriggersOfQueueAndConnections(t *testing.T) {
	both := []string{"ScalingTriggerQueueLength", "ScalingTriggerDatabaseConnections"}
	// Three workers report the same queue: 60 jobs are not 180.
	queue := func(n string) string {
		const q = `queue_length{namespace="artisan-platform",queue_name="default",pod=`
		return q + `"a"} ` + n + `x10
			` + q + `"b"} ` + n + `x10
			` + q + `"c"} ` + n + `x10`
	}
	expectAlerts(t, queue("60"), time.Minute, both)
	expectAlerts(t, queue("100"), time.Minute, both)
	expectAlerts(t, queue("101"), time.Minute, both, `ScalingTriggerQueueLength{namespace="artisan-platform", queue_name="default"}`)

	connections := func(one, two, pooled string) string {
		const n = `{namespace="artisan-platform",pool="primary",pod=`
		return `
			database_connections` + n + `"a",state="in_use"} ` + one + `x10
			database_connections` + n + `"b",state="in_use"} ` + two + `x10
			database_connections` + n + `"a",state="idle"} 20x10
			database_connections_max` + n + `"a"} 20x10
			database_connections_max` + n + `"b"} 20x10
			pgbouncer_pools_server_active_connections{namespace="artisan-platform",pod="pgb",database="artisan_platform",user="app_user"} ` + pooled + `x10
			pgbouncer_databases_pool_size{namespace="artisan-platform",pod="pgb",name="artisan_platform"} 25x10`
	}
	expectAlerts(t, connections("20", "12", "20"), time.Minute, both) // 80 % of both
	expectAlerts(t, connections("20", "13", "20"), time.Minute, both,
		`ScalingTriggerDatabaseConnections{namespace="artisan-platform", pool="primary"}`)
	expectAlerts(t, connections("1", "1", "21"), time.Minute, both,
		`ScalingTriggerDatabaseConnections{database="artisan_platform", namespace="artisan-platform", pod="pgb", pool="pgbouncer"}`)
}

func TestCircuitBreakerOpen(t *testing.T) {
	only := []string{"CircuitBreakerOpen"}
	const open = `
		circuit_breaker_state{namespace="artisan-platform",pod="a",breaker="primary"} 0 2 1 2 2 1 2 0 0 0
		circuit_breaker_state{namespace="artisan-platform",pod="b",breaker="primary"} 0x10
		circuit_breaker_state{namespace="artisan-platform",pod="a",breaker="cache"} 0 0 2 0 0 0 0 0 0 0`
	expectAlerts(t, open, 30*time.Second, only)
	expectAlerts(t, open, time.Minute, only, `CircuitBreakerOpen{breaker="primary", namespace="artisan-platform"}`)
	expectAlerts(t, open, 2*time.Minute, only)
}
