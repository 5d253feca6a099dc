package promquery

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

func TestParseMatrix(t *testing.T) {
	for name, tt := range map[string]struct{ body, err string }{
		"matrix":    {body: `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1.5,"2"],[2,"NaN"]]},{"metric":{},"values":[]}]}}`},
		"vector":    {body: `{"status":"success","data":{"resultType":"vector","result":[]}}`, err: `"vector"`},
		"histogram": {body: `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":[[1,{}]]}]}}`, err: "native histograms"},
		"error":     {body: `{"status":"error","errorType":"bad_data","error":"exceeded maximum resolution"}`, err: "bad_data: exceeded"},
		"no value":  {body: `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"x"]]}]}}`, err: "value"},
		"too many": {body: `{"status":"success","data":{"resultType":"matrix","result":[` + strings.Repeat(`{"metric":{}},`, maxSeries) + `{"metric":{}}]}}`,
			err: "1001 series"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseMatrix([]byte(tt.body))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || len(got.series) > 0 {
					t.Errorf("got %+v, err = %v, want %q", got, err, tt.err)
				}
				return
			}
			if err != nil || len(got.series) != 2 || got.series[0].Labels["a"] != "b" || len(got.series[0].Points) != 2 {
				t.Fatalf("got %+v, %v", got, err)
			}
			p := got.series[0].Points
			if !p[0].At.Equal(time.UnixMilli(1500)) || p[0].Value != 2 || !math.IsNaN(p[1].Value) {
				t.Errorf("points %+v", p)
			}
		})
	}
}

// TestClientHidesThePassword sends what the URL has, and shows none of it.
func TestClientHidesThePassword(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "u" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"status":"success","warnings":["partial"],"data":{"resultType":"vector","result":[]}}`))
	}))
	defer s.Close()
	var warned []string
	for user, want := range map[string]observation.PromOutcome{"u:secret": observation.PromEmpty, "u:guess": observation.PromError} {
		c, err := NewClient(strings.Replace(s.URL, "http://", "http://"+user+"@", 1) + "/")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Warn = func(text string) { warned = append(warned, text) }
		e, err := Parse("up")
		if err != nil {
			t.Fatal(err)
		}
		got := c.Ask(t.Context(), e, time.Now(), time.Second, 0)
		if got.Outcome != want || strings.Contains(got.Error+c.URL(), user) {
			t.Errorf("%s: got %+v from %s, want %s and no password", user, got, c.URL(), want)
		}
	}
	if len(warned) != 1 || warned[0] != "partial" {
		t.Errorf("warned %q", warned)
	}
	for _, address := range []string{"", "127.0.0.1:9090", "ftp://x", "http://u:secret@%"} {
		if _, err := NewClient(address); err == nil || !strings.Contains(err.Error(), "want http://host:port") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: err = %v", address, err)
		}
	}
}
