package image

import (
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func TestReachable(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(t.Output(), "", 0))))
	defer server.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	host := strings.TrimPrefix(server.URL, "http://")
	tag, err := name.NewTag(host + "/demo:1.0")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, testImage(t, "x")); err != nil {
		t.Fatal(err)
	}
	if err := reachable(t.Context(), []string{tag.String()}, time.Minute); err != nil {
		t.Errorf("an image that is there: %v", err)
	}
	err = reachable(t.Context(), []string{tag.String(), host + "/demo:2.0"}, time.Minute)
	if err == nil || !strings.Contains(err.Error(), host+"/demo:2.0") {
		t.Errorf("a tag that is not there: %v, want it named", err)
	}
}

func TestReachableIsBounded(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	err := reachable(t.Context(), []string{strings.TrimPrefix(server.URL, "http://") + "/demo:1"}, 20*time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "no answer within 20ms") {
		t.Errorf("a registry that hangs: %v", err)
	}
}

func TestParseMode(t *testing.T) {
	for _, m := range []Mode{Auto, Registry, Source} {
		if got, err := ParseMode(string(m)); got != m || err != nil {
			t.Errorf("ParseMode(%s) = %s, %v", m, got, err)
		}
	}
	if _, err := ParseMode("pull"); err == nil || !strings.Contains(err.Error(), `"pull": want auto, registry or source`) {
		t.Errorf("error is %v", err)
	}
}
