package platform

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestRunRefusesMistakes(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		env  map[string]string
		want []string
	}{
		{"no role", nil, nil, []string{"no role given"}},
		{"unknown role", []string{"cook"}, nil, []string{`unknown role "cook"`}},
		{"check without URL", []string{"check"}, nil, []string{"want one URL, got 0"}},
		{"check with bad flag", []string{"check", "-x"}, nil, []string{"-x"}},
		{"every bad variable", []string{"backend"}, map[string]string{
			"PLATFORM_DELAY": "fast", "PLATFORM_CPU_COST": "-1s", "PLATFORM_PORT": "0", "PLATFORM_BACKEND_URL": "backend:8000"},
			[]string{`PLATFORM_DELAY="fast"`, `PLATFORM_CPU_COST="-1s": must not be negative`, `PLATFORM_PORT="0"`, `PLATFORM_BACKEND_URL="backend:8000"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env := func(name string) (string, bool) { v, ok := tc.env[name]; return v, ok }
			err := Run(t.Context(), tc.args, env, io.Discard, io.Discard)
			if !errors.Is(err, errUsage) {
				t.Fatalf("error %v is no usage error", err)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q: %v", want, err)
				}
			}
		})
	}
}

func TestHelpNamesEveryVariable(t *testing.T) {
	var out bytes.Buffer
	if err := Run(t.Context(), []string{"help"}, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, k := range knobs(&config{}) {
		if !strings.Contains(out.String(), k.name) || k.help == "" {
			t.Errorf("help lacks %s", k.name)
		}
	}
}

func TestCheck(t *testing.T) {
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
	}))
	defer ts.Close()
	for _, tc := range []struct {
		args []string
		want string // "" is success
	}{
		{[]string{ts.URL + "/fine"}, ""},
		{[]string{ts.URL + "/broken"}, "answered 500"},
		{[]string{"-timeout", "50ms", ts.URL + "/slow"}, "deadline exceeded"},
		{[]string{"http://127.0.0.1:1/"}, "refused"},
	} {
		err := Run(t.Context(), append([]string{"check"}, tc.args...), nil, io.Discard, io.Discard)
		if tc.want == "" {
			if err != nil {
				t.Errorf("check %v: %v", tc.args, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("check %v: error %v, want %q", tc.args, err, tc.want)
		}
	}
}

func TestBurner(t *testing.T) {
	if b := newBurner(0); b.rounds != 0 {
		t.Errorf("no cost burns %d rounds", b.rounds)
	}
	small, large := newBurner(time.Millisecond), newBurner(10*time.Millisecond)
	if small.rounds < 1 || large.rounds < 2*small.rounds {
		t.Errorf("1 ms is %d rounds, 10 ms is %d", small.rounds, large.rounds)
	}
	if n := testing.AllocsPerRun(10, small.burn); n != 0 {
		t.Errorf("burn allocates %v times", n)
	}
}
