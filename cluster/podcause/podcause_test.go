package podcause

import (
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func waiting(reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}
}

func TestUnready(t *testing.T) {
	crashed := waiting("CrashLoopBackOff", "back-off 10s")
	crashed.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}
	exited := func(code int32) corev1.ContainerStatus {
		return corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Message: "bad flag"}}}
	}
	running := corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	one := func(c corev1.ContainerStatus) corev1.PodStatus {
		return corev1.PodStatus{Phase: "Pending", ContainerStatuses: []corev1.ContainerStatus{c}}
	}
	now := metav1.Now()
	for _, tc := range []struct {
		name    string
		status  corev1.PodStatus
		deleted *metav1.Time
		want    string
	}{
		{"image", one(waiting("ErrImagePull", "no such host")), nil, "container app: ErrImagePull no such host"},
		{"crash", one(crashed), nil, "container app: CrashLoopBackOff back-off 10s, last exit 137: OOMKilled"},
		{"exit", one(exited(2)), nil, "container app: exit 2: bad flag"},
		{"work done", one(exited(0)), nil, "phase Pending"},
		{"being created", one(waiting("ContainerCreating", "")), nil, "phase Pending"},
		{"probe", one(running), nil, "container app runs but is not ready"},
		{"terminating", one(running), &now, "terminating"},
		{"init first", corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{exited(2)}, ContainerStatuses: []corev1.ContainerStatus{crashed}}, nil,
			"container app: exit 2: bad flag"},
		{"no room", corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: "False", Reason: "Unschedulable", Message: "0/3 nodes"}}}, nil,
			"Unschedulable: 0/3 nodes"},
		{"condition", corev1.PodStatus{Phase: "Running", Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: "False", Reason: "ContainersNotReady"}}}, nil,
			"phase Running: ContainersNotReady"},
	} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: tc.deleted}, Status: tc.status}
		if got := Unready(pod); got != tc.want || Ready(pod) {
			t.Errorf("%s: %q, ready %v; want %q", tc.name, got, Ready(pod), tc.want)
		}
	}
}

func TestWarningIsTheNewestThatStillHolds(t *testing.T) {
	at := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	event := func(name, reason string) *corev1.Event {
		return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "n"}, Reason: reason, Message: "m\n"}
	}
	older, newer, scheduler := event("a", "BackOff"), event("b", "Unhealthy"), event("c", "FailedScheduling")
	older.LastTimestamp, newer.LastTimestamp = metav1.NewTime(at), metav1.NewTime(at.Add(time.Minute))
	scheduler.EventTime = metav1.NewMicroTime(at.Add(time.Hour)) // the scheduler uses the new API
	client := fake.NewClientset(older, newer, scheduler)
	for node, want := range map[string]string{"": "FailedScheduling: m", "worker": "Unhealthy: m"} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n"}, Spec: corev1.PodSpec{NodeName: node}}
		if got := Warning(t.Context(), client, pod); got != want {
			t.Errorf("on node %q: %q, want %q", node, got, want)
		}
	}
	if got := WarningOf(t.Context(), client, "Pod", "elsewhere", "p"); got != "" {
		t.Errorf("no events gave %q", got)
	}
	client.PrependReactor("list", "events", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, errors.New("forbidden")
	})
	if got, want := WarningOf(t.Context(), client, "Pod", "n", "p"), "no events: forbidden"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
