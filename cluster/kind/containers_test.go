package kind

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

const inspected = `[
{"Id":"b2","Name":"/headroom-worker","State":{"Running":false,"Status":"created"},
 "Mounts":[{"Type":"bind","Source":"/s/mark","Destination":"/etc/headroom/mark"},{"Type":"volume","Name":"v1","Destination":"/var"}]},
{"Id":"a1","Name":"/headroom-control-plane","State":{"Running":true},
 "Mounts":[{"Type":"bind","Source":"/lib/modules","Destination":"/lib/modules"}]}
]`

func TestParseContainers(t *testing.T) {
	got, err := parseContainers([]byte(inspected))
	want := []container{
		{ID: "a1", Name: "headroom-control-plane", Running: true},
		{ID: "b2", Name: "headroom-worker", Marked: true, Volumes: []string{"v1"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if got, err := parseContainers([]byte(`{"Id":`)); err == nil {
		t.Errorf("made %v of half a document", got)
	}
}

func TestRefuseForeign(t *testing.T) {
	ours, theirs := container{Name: "a", Marked: true}, container{Name: "b"}
	for _, tc := range []struct {
		found []container
		nodes string // those to be named; empty is no error
	}{
		{nil, ""},
		{[]container{ours}, ""},
		{[]container{theirs}, "b"},
		{[]container{ours, theirs}, "b"}, // one of another's is enough
	} {
		err := refuseForeign("headroom", tc.found)
		var foreign *ForeignError
		if errors.As(err, &foreign) != (tc.nodes != "") {
			t.Errorf("%v: got %v", tc.found, err)
			continue
		}
		if foreign != nil && strings.Join(foreign.Nodes, " ") != tc.nodes {
			t.Errorf("%v: names %v, want %s", tc.found, foreign.Nodes, tc.nodes)
		}
	}
}

func TestUnusable(t *testing.T) {
	up, stopped := container{Name: "a", Running: true}, container{Name: "b"}
	for _, tc := range []struct {
		complete bool
		found    []container
		want     string
	}{
		{true, []container{up}, ""},
		{false, []container{up}, "its creation did not end"},
		{true, nil, "its nodes are gone"},
		{true, []container{up, stopped}, "node b does not run"},
	} {
		if got := unusable(state{Complete: tc.complete}, tc.found); got != tc.want {
			t.Errorf("complete %v, %v: got %q, want %q", tc.complete, tc.found, got, tc.want)
		}
	}
}

// FuzzParseContainers holds that a mark is never seen where its path is not
// in the document.
func FuzzParseContainers(f *testing.F) {
	f.Add([]byte(inspected))
	f.Add([]byte(`[{"Mounts":[{"Destination":"/etc/headroom"}]}]`))
	f.Fuzz(func(t *testing.T, inspect []byte) {
		found, err := parseContainers(inspect)
		if err != nil {
			return
		}
		for _, c := range found {
			if c.Marked && !strings.Contains(string(inspect), "mark") && !strings.Contains(string(inspect), `\`) {
				t.Fatalf("a mark out of nowhere: %s", inspect)
			}
		}
	})
}
