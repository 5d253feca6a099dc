package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// registeredName is the runtime's name in Docker's configuration.
const registeredName = "headroom"

// withRuntime adds an OCI runtime to the content of a daemon.json and makes
// it the default. Every other setting stays. An empty file is an empty object.
func withRuntime(config []byte, name, path string) ([]byte, error) {
	settings := object{}
	if strings.TrimSpace(string(config)) != "" {
		if err := json.Unmarshal(config, &settings); err != nil {
			return nil, err
		}
	}
	runtimes := object{}
	if raw, found := settings["runtimes"]; found {
		if err := json.Unmarshal(raw, &runtimes); err != nil {
			return nil, fmt.Errorf("runtimes: %w", err)
		}
	}
	if settings == nil || runtimes == nil { // the document or the field was null
		return nil, errors.New("want an object, found null")
	}
	for _, entry := range []struct {
		to    object
		key   string
		value any
	}{
		{runtimes, name, map[string]string{"path": path}},
		{settings, "runtimes", runtimes},
		{settings, "default-runtime", name},
	} {
		raw, err := json.Marshal(entry.value)
		if err != nil {
			return nil, err
		}
		entry.to[entry.key] = raw
	}
	out, err := json.MarshalIndent(settings, "", "  ")
	return append(out, '\n'), err
}

// registerRuntime writes the runtime into the daemon.json at file, which need
// not exist. The previous file is kept beside it, as backup says.
func registerRuntime(file, runtimePath string) (backup string, err error) {
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read Docker's configuration: %w", err)
	}
	existed := err == nil
	config, err := withRuntime(old, registeredName, runtimePath)
	if err != nil {
		return "", fmt.Errorf("parse %s: %w; mend it by hand first", file, err)
	}
	if string(config) == string(old) {
		return "", nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", fmt.Errorf("create the folder of Docker's configuration: %w", err)
	}
	if existed {
		backup = file + ".before-headroom"
		if err := writeWhole(backup, old, 0o644); err != nil {
			return "", fmt.Errorf("back up %s: %w", file, err)
		}
	}
	return backup, writeWhole(file, config, 0o644)
}
