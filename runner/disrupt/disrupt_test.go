package disrupt

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// records is a sink that keeps all.
type records struct {
	mu  sync.Mutex
	all []observation.Disruption
}

func (r *records) Observe(rec observation.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, *rec.Disruption)
}

func database(name, uid, role string, ready corev1.ConditionStatus) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(uid), Labels: map[string]string{"role": role}},
		Status:     corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}},
	}
}

func config(sink observation.Sink) Config {
	return Config{Namespace: "shop", Sink: sink, Disruption: spec.Disruption{Name: "primary lost", DeletePods: spec.PodDeletion{Selector: "role=primary"}}}
}

// TestReplaced: the pod that has the labels is deleted, and the one that gets
// them next is reported once it is ready, and no sooner.
func TestReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.NewClientset(database("db-1", "1", "primary", corev1.ConditionTrue), database("db-2", "2", "replica", corev1.ConditionTrue))
		sink := &records{}
		done := make(chan error, 1)
		began := time.Now()
		go func() { done <- run(t.Context(), config(sink), client) }()

		time.Sleep(2 * time.Second)
		pods := client.CoreV1().Pods("shop")
		if _, err := pods.Update(t.Context(), database("db-2", "2", "primary", corev1.ConditionFalse), metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if _, err := pods.Update(t.Context(), database("db-2", "2", "primary", corev1.ConditionTrue), metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 3*time.Second || took > 3*time.Second+2*lookEvery {
			t.Errorf("reported after %v, ready after 3s", took)
		}
		if len(sink.all) != 2 {
			t.Fatalf("records %+v", sink.all)
		}
		first, second := sink.all[0], sink.all[1]
		if first.Stage != observation.Disrupted || !slices.Equal(first.Pods, []string{"db-1"}) || !first.From.Equal(began) {
			t.Errorf("first record %+v", first)
		}
		if second.Stage != observation.Replaced || !slices.Equal(second.Pods, []string{"db-2"}) || !second.From.Equal(began) {
			t.Errorf("second record %+v", second)
		}
	})
}

// TestNotReplaced: the end of the run ends the wait, and nothing is claimed.
func TestNotReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		sink := &records{}
		if err := run(ctx, config(sink), fake.NewClientset(database("db-1", "1", "primary", corev1.ConditionTrue))); err != nil {
			t.Fatal(err)
		}
		if len(sink.all) != 1 || sink.all[0].Stage != observation.Disrupted {
			t.Errorf("records %+v", sink.all)
		}
	})
}

// TestNotDisrupted: what could not be done is a record with the reason.
func TestNotDisrupted(t *testing.T) {
	gone := database("db-1", "1", "primary", corev1.ConditionTrue)
	now := metav1.Now()
	gone.DeletionTimestamp, gone.Finalizers = &now, []string{"test/kept"}
	for _, tt := range []struct {
		name, refused string
		pod           *corev1.Pod
		want          string
	}{
		{"no such pod", "", database("db-2", "2", "replica", corev1.ConditionTrue), "no pod in namespace shop has the labels role=primary"},
		{"on its way out already", "", gone, "no pod in namespace shop"},
		{"may not list", "list", database("db-1", "1", "primary", corev1.ConditionTrue), "list the pods with role=primary: refused"},
		{"may not delete", "delete", database("db-1", "1", "primary", corev1.ConditionTrue), "delete pod db-1: refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := fake.NewClientset(tt.pod)
			if tt.refused != "" {
				client.PrependReactor(tt.refused, "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
					return true, nil, errors.New("refused")
				})
			}
			sink := &records{}
			if err := run(t.Context(), config(sink), client); err != nil {
				t.Fatal(err)
			}
			if len(sink.all) != 1 || sink.all[0].Stage != observation.NotDisrupted || !strings.Contains(sink.all[0].Error, tt.want) {
				t.Errorf("records %+v, want one with %q", sink.all, tt.want)
			}
		})
	}
}
