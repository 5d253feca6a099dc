package host

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// lacksSysResource is the bounding set of a hardened host.
const lacksSysResource = capabilitySet(1<<41 - 1 - 1<<24)

func TestBoundConfig(t *testing.T) {
	for _, tc := range []struct{ name, config, want string }{
		{
			name: "each set is bounded",
			config: `{"process":{"capabilities":{"ambient":["CAP_SYS_RESOURCE"],"bounding":["CAP_CHOWN","CAP_SYS_RESOURCE","CAP_BPF"],
				"effective":["CAP_SYS_RESOURCE","CAP_BPF"],"inheritable":[],"permitted":["CAP_KILL","CAP_SYS_RESOURCE"]}}}`,
			want: `{"process":{"capabilities":{"ambient":[],"bounding":["CAP_CHOWN","CAP_BPF"],"effective":["CAP_BPF"],"inheritable":[],"permitted":["CAP_KILL"]}}}`,
		},
		{
			name:   "the rest stays as it was written",
			config: `{"ociVersion":"1.0.2","linux":{"limit":12345678901234567890,"f":1.50},"process":{"args":["echo","CAP_SYS_RESOURCE"],"capabilities":{"bounding":["CAP_SYS_RESOURCE"]},"x":null}}`,
			want:   `{"linux":{"limit":12345678901234567890,"f":1.50},"ociVersion":"1.0.2","process":{"args":["echo","CAP_SYS_RESOURCE"],"capabilities":{"bounding":[]},"x":null}}`,
		},
		{name: "no capabilities", config: `{"process":{"args":["a"]}}`, want: `{"process":{"args":["a"]}}`},
		{name: "null capabilities", config: `{"process":{"capabilities":null}}`, want: `{"process":{"capabilities":null}}`},
		{name: "no process", config: `{"root":{}}`, want: `{"root":{}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := boundConfig([]byte(tc.config), lacksSysResource)
			if err != nil || string(got) != tc.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tc.want)
			}
		})
	}
}

func TestBoundConfigNamesWhatIsMalformed(t *testing.T) {
	for config, want := range map[string]string{
		`{`:                                "unexpected end",
		`{"process":7}`:                    "process:",
		`{"process":{"capabilities":[1]}}`: "process: capabilities:",
	} {
		if _, err := boundConfig([]byte(config), lacksSysResource); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", config, err, want)
		}
	}
}

// FuzzBoundConfig holds the law: nothing outside the capability sets changes,
// no withheld capability is left in them, and a second pass changes nothing.
func FuzzBoundConfig(f *testing.F) {
	f.Add([]byte(`{"process":{"capabilities":{"bounding":["CAP_SYS_RESOURCE","CAP_BPF"]},"user":{"uid":0}},"hooks":{"a":[1e3]}}`))
	f.Add([]byte(`{"a":{"process":{}}}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		got, err := boundConfig(config, lacksSysResource)
		if err != nil {
			return
		}
		before, after := decodeNumbers(t, config), decodeNumbers(t, got)
		if sets := takeSets(after); strings.Contains(sets, `"CAP_SYS_RESOURCE"`) {
			t.Fatalf("still asks for the capability: %s", sets)
		}
		takeSets(before)
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("more than the capabilities changed:\n%v\n%v", before, after)
		}
		again, err := boundConfig(got, lacksSysResource)
		if err != nil || !bytes.Equal(compacted(t, again), compacted(t, got)) {
			t.Fatalf("a second pass made %s of %s (%v)", again, got, err)
		}
	})
}

func decodeNumbers(t *testing.T, doc []byte) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		t.Fatalf("decode %s: %v", doc, err)
	}
	return fields
}

// takeSets removes the capability sets from a configuration and returns them.
func takeSets(config map[string]any) string {
	process, ok := config["process"].(map[string]any)
	if !ok {
		return ""
	}
	sets := process["capabilities"]
	delete(process, "capabilities")
	text, err := json.Marshal(sets)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func compacted(t *testing.T, doc []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
