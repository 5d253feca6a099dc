package kubewatch

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// fakeAPI speaks the list and watch protocol of an API server over a real
// connection, so that connections can really break.
type fakeAPI struct {
	*httptest.Server

	mu        sync.Mutex
	version   int
	compacted int // a watch from before it is answered with 410
	objects   map[string]map[types.UID]*thing
	log       map[string][]change
	news      chan struct{} // closed and replaced at each change
	refuse    string        // resource that is answered with 503, "*" for all
	mute      bool          // watches neither tell anything nor end
	lists     map[string]int
}

// thing is an object of any kind, with its body.
type thing struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              any `json:"spec,omitempty"`
	Status            any `json:"status,omitempty"`

	// of events
	Reason        string       `json:"reason,omitempty"`
	LastTimestamp *metav1.Time `json:"lastTimestamp,omitempty"`
}

type change struct {
	version   int
	namespace string
	line      []byte
}

var kinds = map[string][2]string{
	"horizontalpodautoscalers": {"autoscaling/v2", "HorizontalPodAutoscaler"},
	"deployments":              {"apps/v1", "Deployment"},
	"pods":                     {"v1", "Pod"},
	"nodes":                    {"v1", "Node"},
	"events":                   {"v1", "Event"},
}

func newFakeAPI(t *testing.T) *fakeAPI {
	f := &fakeAPI{
		version: 1,
		objects: map[string]map[types.UID]*thing{},
		log:     map[string][]change{},
		lists:   map[string]int{},
		news:    make(chan struct{}),
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

// put adds or changes an object; its name is its identity.
func (f *fakeAPI) put(resource string, o *thing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o.APIVersion, o.Kind = kinds[resource][0], kinds[resource][1]
	if o.GetUID() == "" {
		o.SetUID(types.UID("uid-" + o.GetName()))
	}
	event := "ADDED"
	if f.objects[resource] == nil {
		f.objects[resource] = map[types.UID]*thing{}
	}
	if f.objects[resource][o.GetUID()] != nil {
		event = "MODIFIED"
	}
	f.objects[resource][o.GetUID()] = o
	f.tell(resource, event, o)
}

func (f *fakeAPI) remove(resource, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	uid := types.UID("uid-" + name)
	o := f.objects[resource][uid]
	delete(f.objects[resource], uid)
	f.tell(resource, "DELETED", o)
}

func (f *fakeAPI) tell(resource, event string, o *thing) {
	f.version++
	o.SetResourceVersion(strconv.Itoa(f.version))
	line, err := json.Marshal(map[string]any{"type": event, "object": o})
	if err != nil {
		panic(err)
	}
	f.log[resource] = append(f.log[resource], change{f.version, o.Namespace, line})
	close(f.news)
	f.news = make(chan struct{})
}

// set changes how the server behaves.
func (f *fakeAPI) set(change func(*fakeAPI)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resource := path.Base(r.URL.Path)
	f.mu.Lock()
	refused := f.refuse == resource || f.refuse == "*"
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	namespace := namespaceOf(r)
	switch {
	case kinds[resource] == [2]string{}, (namespace == "default") != (r.URL.Query().Get("fieldSelector") == "involvedObject.kind=Node"):
		http.NotFound(w, r)
	case refused:
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write(status(http.StatusServiceUnavailable, "ServiceUnavailable", "etcd is away"))
	case r.URL.Query().Get("watch") != "":
		f.serveWatch(w, r, resource, namespace)
	default:
		f.serveList(w, resource, namespace)
	}
}

// namespaceOf reads the namespace out of a path; "" for cluster-wide paths.
func namespaceOf(r *http.Request) string {
	_, rest, _ := strings.Cut(r.URL.Path, "/namespaces/")
	namespace, _, _ := strings.Cut(rest, "/")
	return namespace
}

func status(code int, reason, message string) []byte {
	b, err := json.Marshal(metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Code: int32(code), Reason: metav1.StatusReason(reason), Message: message,
	})
	if err != nil {
		panic(err)
	}
	return b
}

func (f *fakeAPI) serveList(w http.ResponseWriter, resource, namespace string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists[resource]++
	items := []*thing{}
	for _, o := range f.objects[resource] {
		if o.Namespace == namespace {
			items = append(items, o)
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"apiVersion": kinds[resource][0], "kind": kinds[resource][1] + "List",
		"metadata": map[string]string{"resourceVersion": strconv.Itoa(f.version)}, "items": items,
	})
}

func (f *fakeAPI) serveWatch(w http.ResponseWriter, r *http.Request, resource, namespace string) {
	at, err := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	seconds, err := strconv.Atoi(r.URL.Query().Get("timeoutSeconds"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	end := time.After(time.Duration(seconds) * time.Second)
	w.WriteHeader(http.StatusOK)
	for {
		f.mu.Lock()
		mute, news := f.mute, f.news
		if at < f.compacted {
			_, _ = fmt.Fprintf(w, `{"type":"ERROR","object":%s}`+"\n", status(http.StatusGone, "Expired", "too old resource version"))
			f.mu.Unlock()
			return
		}
		for _, c := range f.log[resource] {
			if c.version > at && c.namespace == namespace && !mute {
				at = c.version
				_, _ = w.Write(append(c.line, '\n'))
			}
		}
		f.mu.Unlock()
		w.(http.Flusher).Flush()
		if mute {
			<-r.Context().Done()
			return
		}
		select {
		case <-news:
		case <-r.Context().Done():
			return
		case <-end:
			_, _ = fmt.Fprintf(w, `{"type":"BOOKMARK","object":{"apiVersion":%q,"kind":%q,"metadata":{"resourceVersion":"%d"}}}`+"\n",
				kinds[resource][0], kinds[resource][1], at)
			return
		}
	}
}
