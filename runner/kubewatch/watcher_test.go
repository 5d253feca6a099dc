package kubewatch

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/artisan-platform/headroom/runner/observation"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of a test; nothing is expected to take it.
const patience = 30 * time.Second

// sink keeps records and lets tests wait for one.
type sink struct {
	mu      sync.Mutex
	records []observation.Record
}

func (s *sink) Observe(r observation.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, r)
}

func (s *sink) count(match func(observation.Record) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.records {
		if match(r) {
			n++
		}
	}
	return n
}

func (s *sink) wait(t *testing.T, what string, match func(observation.Record) bool) {
	t.Helper()
	for end := time.Now().Add(patience); s.count(match) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no record: %s; have %+v", what, s.records)
		}
	}
}

func pod(name, phase string) func(observation.Record) bool {
	return func(r observation.Record) bool { return r.Pod != nil && r.Pod.Name == name && r.Pod.Phase == phase }
}

func gap(source string) func(observation.Record) bool {
	return func(r observation.Record) bool { return r.Gap != nil && r.Gap.Source == source }
}

// start runs a watcher until the test ends or stop is called.
func start(t *testing.T, f *fakeAPI) (to *sink, stop func() error) {
	t.Helper()
	to = &sink{}
	w, err := New(Config{RestConfig: &rest.Config{Host: f.URL}, Namespace: "artisan-platform", Sink: to, WatchFor: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	waiting, give := context.WithTimeout(ctx, patience)
	defer give()
	if err := w.WaitSync(waiting); err != nil {
		t.Fatal(err)
	}
	return to, stop
}

func newPod(name, phase string) *thing {
	return &thing{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "artisan-platform"}, Status: map[string]string{"phase": phase}}
}

func TestRecordsEachChangeOnce(t *testing.T) {
	f := newFakeAPI(t)
	f.put("pods", newPod("a", "Pending"))
	to, stop := start(t, f)
	f.put("pods", newPod("a", "Running"))
	same := newPod("a", "Running")
	same.Labels = map[string]string{"not": "watched"}
	f.put("pods", same)
	f.put("pods", newPod("b", "Pending"))
	f.remove("pods", "a")
	to.wait(t, "a deleted", func(r observation.Record) bool { return r.Pod != nil && r.Pod.Name == "a" && r.Pod.Deleted })
	time.Sleep(1500 * time.Millisecond) // past the end of one watch: closing on time is no break
	if err := stop(); err != nil {
		t.Error(err)
	}
	var got []string
	for _, r := range to.records {
		if r.Pod != nil {
			got = append(got, r.Pod.Name+r.Pod.Phase)
		}
	}
	if want := "aPending aRunning bPending aRunning"; strings.Join(got, " ") != want {
		t.Errorf("recorded %v, want %s (the last one deleted)", got, want)
	}
	if n := to.count(func(r observation.Record) bool { return r.Gap != nil }); n != 0 {
		t.Errorf("%d gaps in an unbroken watch: %+v", n, to.records)
	}
	if f.lists["pods"] != 1 {
		t.Errorf("%d lists of pods, want 1: watches resume", f.lists["pods"])
	}
}

func TestOldEventsAreNoNews(t *testing.T) {
	f := newFakeAPI(t)
	put := func(namespace, name string, age time.Duration) {
		last := metav1.NewTime(time.Now().Add(-age))
		f.put("events", &thing{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Reason: name, LastTimestamp: &last})
	}
	put("artisan-platform", "old", time.Hour)
	put("artisan-platform", "recent", 10*time.Second)
	put("default", "of-a-node", 0)
	put("other", "elsewhere", 0)
	to, stop := start(t, f)
	put("artisan-platform", "new", 0)
	to.wait(t, "new", func(r observation.Record) bool { return r.Event != nil && r.Event.Reason == "new" })
	if err := stop(); err != nil {
		t.Error(err)
	}
	got := map[string]int{}
	for _, r := range to.records {
		if r.Event != nil {
			got[r.Event.Reason]++
		}
	}
	if len(got) != 3 || got["recent"] != 1 || got["of-a-node"] != 1 || got["new"] != 1 {
		t.Errorf("recorded %v, want recent, of-a-node and new once each", got)
	}
}

func TestResumesAfterABreak(t *testing.T) {
	f := newFakeAPI(t)
	f.put("pods", newPod("a", "Pending"))
	to, stop := start(t, f)
	f.put("pods", newPod("a", "Running"))
	to.wait(t, "a running", pod("a", "Running"))
	f.set(func(f *fakeAPI) { f.refuse = "*" })
	before := time.Now()
	f.CloseClientConnections()
	f.put("pods", newPod("a", "Failed"))
	f.put("pods", newPod("a", "Succeeded"))
	time.Sleep(300 * time.Millisecond)
	f.set(func(f *fakeAPI) { f.refuse = "" })
	after := time.Now()
	to.wait(t, "gap of pods", gap("watch pod"))
	to.wait(t, "gap of HPAs", gap("watch hpa"))
	to.wait(t, "what happened in the break", pod("a", "Failed"))
	to.wait(t, "the last change", pod("a", "Succeeded"))
	if err := stop(); err != nil {
		t.Error(err)
	}
	for _, r := range to.records {
		if r.Gap != nil && (r.Gap.From.After(before) || r.Gap.To.Before(after) || r.Gap.Reason == "" || strings.Contains(r.Gap.Reason, "http:")) {
			t.Errorf("gap %+v does not cover the break %v..%v with its reason", *r.Gap, before, after)
		}
	}
	if f.lists["pods"] != 1 {
		t.Errorf("%d lists of pods, want 1: nothing was lost", f.lists["pods"])
	}
}

func TestListsAnewAfter410(t *testing.T) {
	f := newFakeAPI(t)
	f.put("pods", newPod("a", "Running"))
	f.put("pods", newPod("b", "Running"))
	to, _ := start(t, f)
	f.set(func(f *fakeAPI) { f.refuse = "pods" })
	f.CloseClientConnections()
	f.remove("pods", "a")
	f.put("pods", newPod("c", "Pending"))
	f.set(func(f *fakeAPI) { f.compacted, f.refuse = f.version, "" })
	to.wait(t, "gap of pods", gap("watch pod"))
	to.wait(t, "c from the list", pod("c", "Pending"))
	to.wait(t, "a deleted", func(r observation.Record) bool { return r.Pod != nil && r.Pod.Name == "a" && r.Pod.Deleted })
	if n := to.count(pod("b", "Running")); n != 1 {
		t.Errorf("b recorded %d times, want once: it did not change", n)
	}
}

func TestSilentWatchIsDead(t *testing.T) {
	f := newFakeAPI(t)
	to, _ := start(t, f)
	f.set(func(f *fakeAPI) { f.mute = true })
	time.Sleep(1500 * time.Millisecond) // every watch has been opened anew, and hangs
	f.put("pods", newPod("a", "Running"))
	f.set(func(f *fakeAPI) { f.mute = false })
	to.wait(t, "a after the dead watch", pod("a", "Running"))
	to.wait(t, "gap", func(r observation.Record) bool {
		return gap("watch pod")(r) && strings.Contains(r.Gap.Reason, "silent") && r.Gap.To.Sub(r.Gap.From) >= deadAfter
	})
}

func TestGapAtTheEndIsRecorded(t *testing.T) {
	f := newFakeAPI(t)
	to, stop := start(t, f)
	f.set(func(f *fakeAPI) { f.refuse = "nodes" })
	f.CloseClientConnections()
	time.Sleep(300 * time.Millisecond)
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := to.count(gap("watch node")); n != 1 {
		t.Errorf("%d gaps of nodes, want 1 up to the end: %+v", n, to.records)
	}
}

func TestNoFirstListIsAnError(t *testing.T) {
	f := newFakeAPI(t)
	f.set(func(f *fakeAPI) { f.refuse = "pods" })
	w, err := New(Config{RestConfig: &rest.Config{Host: f.URL}, Namespace: "artisan-platform", Sink: &sink{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	for what, err := range map[string]error{"WaitSync": w.WaitSync(ctx), "Run": <-done} {
		if err == nil || !strings.Contains(err.Error(), "watch pod") || !strings.Contains(err.Error(), "etcd is away") {
			t.Errorf("%s: err = %v, want the watch and the cause", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "watch node has") {
			t.Errorf("%s: err = %v names a watch that has its list", what, err)
		}
	}
}

func TestWaitSyncSaysWhyItEnded(t *testing.T) {
	w, err := New(Config{RestConfig: &rest.Config{Host: "http://127.0.0.1:1"}, Namespace: "ns", Sink: &sink{}})
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if err := w.WaitSync(ctx); !errors.Is(err, why) {
		t.Errorf("err = %v, want the cause", err)
	}
}

func TestNewRefuses(t *testing.T) {
	good := Config{RestConfig: &rest.Config{Host: "http://127.0.0.1:1"}, Namespace: "ns", Sink: &sink{}}
	for want, change := range map[string]func(*Config){
		"no client configuration": func(c *Config) { c.RestConfig = nil },
		"no namespace":            func(c *Config) { c.Namespace = "" },
		"no sink":                 func(c *Config) { c.Sink = nil },
		"make a client":           func(c *Config) { c.RestConfig = &rest.Config{Host: "http://%"} },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}
