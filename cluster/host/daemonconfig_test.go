package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWithRuntime(t *testing.T) {
	const added = `"runtimes": {
    "headroom": {
      "path": "/r"
    }
  }`
	for _, tc := range []struct{ name, config, want string }{
		{"empty", "", "{\n  \"default-runtime\": \"headroom\",\n  " + added + "\n}\n"},
		{"blank", " \n", "{\n  \"default-runtime\": \"headroom\",\n  " + added + "\n}\n"},
		{
			"other settings stay", `{"log-opts":{"max-size":"10m"},"mtu":1450,"default-runtime":"runc"}`,
			"{\n  \"default-runtime\": \"headroom\",\n  \"log-opts\": {\n    \"max-size\": \"10m\"\n  },\n  \"mtu\": 1450,\n  " + added + "\n}\n",
		},
		{
			"other runtimes stay", `{"runtimes":{"kata":{"path":"/k","runtimeArgs":["a"]}}}`,
			`{
  "default-runtime": "headroom",
  "runtimes": {
    "headroom": {
      "path": "/r"
    },
    "kata": {
      "path": "/k",
      "runtimeArgs": [
        "a"
      ]
    }
  }
}
`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := withRuntime([]byte(tc.config), registeredName, "/r")
			if err != nil || string(got) != tc.want {
				t.Fatalf("got %s, %v\nwant %s", got, err, tc.want)
			}
			again, err := withRuntime(got, registeredName, "/r")
			if err != nil || string(again) != tc.want {
				t.Errorf("a second time made %s of it (%v)", again, err)
			}
		})
	}
	for _, bad := range []string{`{"runtimes":`, `{"runtimes":[]}`, `{"runtimes":null}`, `null`, `[]`} {
		if got, err := withRuntime([]byte(bad), registeredName, "/r"); err == nil {
			t.Errorf("%s: made %s of it, want an error", bad, got)
		}
	}
}

func TestRegisterRuntimeKeepsABackup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "docker", "daemon.json")
	if backup, err := registerRuntime(file, "/r"); err != nil || backup != "" {
		t.Fatalf("without a file: backup %q, %v", backup, err)
	}
	const old = `{"mtu":1450}`
	if err := os.WriteFile(file, []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	backup, err := registerRuntime(file, "/r")
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(backup); err != nil || string(kept) != old {
		t.Errorf("backup holds %q, %v; want %q", kept, err, old)
	}
	if now, err := os.ReadFile(file); err != nil || !strings.Contains(string(now), `"mtu": 1450`) {
		t.Errorf("file holds %q, %v; want the old setting in it", now, err)
	}
	if backup, err := registerRuntime(file, "/r"); err != nil || backup != "" {
		t.Errorf("a second time: backup %q, %v; want nothing changed", backup, err)
	}
}

func TestRegisterRuntimeLeavesAMalformedFileAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "daemon.json")
	if err := os.WriteFile(file, []byte("{oops"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := registerRuntime(file, "/r"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names %s", err, file)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != "{oops" {
		t.Errorf("file changed to %q (%v)", now, err)
	}
}

func TestEngineArgs(t *testing.T) {
	for _, tc := range []struct{ name, config, want string }{
		{"no file", "", "--userland-proxy=false"},
		{"blank", " \n", "--userland-proxy=false"},
		{"other settings", `{"mtu": 1450}`, "--userland-proxy=false"},
		{"its own will", `{"userland-proxy": true}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "daemon.json")
			if tc.config != "" {
				if err := os.WriteFile(file, []byte(tc.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			args, err := engineArgs(file)
			if err != nil || strings.Join(args, " ") != tc.want {
				t.Errorf("got %q, error %v; want %q", args, err, tc.want)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "daemon.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := engineArgs(file); err == nil {
		t.Error("a broken daemon.json is accepted")
	}
}
