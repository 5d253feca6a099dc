package host

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary be the OCI runtime, as headroom's main does.
func TestMain(m *testing.M) {
	if code, handled := RunAsOCIRuntime(os.Args, os.Stdout, os.Stderr); handled {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func TestParseRuntimeCall(t *testing.T) {
	for _, tc := range []struct {
		line string
		want runtimeCall
	}{
		{"--root /run/runc --log /l.json --log-format json create --bundle /b --pid-file /p id", runtimeCall{bundle: "/b", log: "/l.json"}},
		{"--root=/run/runc --systemd-cgroup run -b /b id", runtimeCall{bundle: "/b"}},
		{"create --bundle=/b id", runtimeCall{bundle: "/b"}},
		{"create id", runtimeCall{bundle: "."}},
		{"--log /l exec --process /p.json --detach id", runtimeCall{process: "/p.json", log: "/l"}},
		{"exec -p /p.json id", runtimeCall{process: "/p.json"}},
		{"exec id sh", runtimeCall{}},
		{"--root create delete --force id", runtimeCall{}}, // a folder called create
		{"state id", runtimeCall{}},
		{"--root", runtimeCall{}},
		{"", runtimeCall{}},
	} {
		if got := parseRuntimeCall(strings.Fields(tc.line)); got != tc.want {
			t.Errorf("%q: got %+v, want %+v", tc.line, got, tc.want)
		}
	}
}

// asRuntime runs this test binary under the runtime's name, with a runc that
// prints its arguments.
func asRuntime(t *testing.T, args ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, runtimeName)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "runc"), []byte("#!/bin/sh\necho runc \"$@\"\nexit 7\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, runtimeName), args...)
	cmd.Env = []string{"PATH=" + dir + ":/bin:/usr/bin"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestRuntimeBoundsTheBundleAndBecomesRunc(t *testing.T) {
	bounding, err := boundingSet()
	if err != nil {
		t.Fatal(err)
	}
	bundle := t.TempDir()
	config := filepath.Join(bundle, "config.json")
	sets, err := json.Marshal(capabilityNames)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(`{"process":{"capabilities":{"bounding":`+string(sets)+`}}}`), 0o640); err != nil {
		t.Fatal(err)
	}
	out, err := asRuntime(t, "--log", "/dev/null", "create", "--bundle", bundle, "some-id")
	if want := "runc --log /dev/null create --bundle " + bundle + " some-id\n"; out != want {
		t.Errorf("runc was called as %q, want %q", out, want)
	}
	if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("ended with %v, want runc's own exit code 7", err)
	}
	var got struct {
		Process struct{ Capabilities struct{ Bounding []string } }
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(slices.Clone(capabilityNames[:]), func(name string) bool { return !bounding.has(name) })
	if !slices.Equal(got.Process.Capabilities.Bounding, want) {
		t.Errorf("asks for %v, want %v", got.Process.Capabilities.Bounding, want)
	}
	if info, err := os.Stat(config); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v; want 0640 kept", info.Mode(), err)
	}
}

func TestRuntimeLeavesTheCauseInTheLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.json")
	out, err := asRuntime(t, "--log", log, "exec", "--process", "/does/not/exist", "some-id")
	if err == nil || strings.Contains(out, "runc --log") {
		t.Fatalf("became runc without its process file: %s (%v)", out, err)
	}
	text, readErr := os.ReadFile(log)
	if readErr != nil {
		t.Fatal(readErr)
	}
	var line struct{ Level, Msg string }
	if err := json.Unmarshal(text, &line); err != nil || line.Level != "error" || !strings.Contains(line.Msg, "/does/not/exist") {
		t.Errorf("log line %s (%v) does not name the file", text, err)
	}
}

func TestRuntimeSaysItsVersionAndLeavesOthersAlone(t *testing.T) {
	out, err := asRuntime(t, versionFlag)
	if err != nil || strings.TrimSpace(out) != runtimeVersion {
		t.Errorf("got %q, %v; want %q", out, err, runtimeVersion)
	}
	for _, args := range [][]string{nil, {"headroom", "verify"}, {"/usr/bin/headroom"}} {
		if _, handled := RunAsOCIRuntime(args, os.Stdout, os.Stderr); handled {
			t.Errorf("took %q for a call of the runtime", args)
		}
	}
}
