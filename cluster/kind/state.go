package kind

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// state is what Headroom remembers of a cluster between two runs. The
// containers' marks say whose they are; the state only says how far their
// creation came.
type state struct {
	Digest      string    `json:"digest"`      // of configuration and node image
	Created     time.Time `json:"created"`     // when creation began
	Complete    bool      `json:"complete"`    // creation and all checks succeeded
	OwnsNetwork bool      `json:"ownsNetwork"` // kind's network did not exist before
	Temporary   bool      `json:"temporary"`   // made for one run, which removes it
}

// folder is the place of one cluster's files.
type folder string

// DefaultStateDir is where the clusters' files are kept: the user's
// configuration folder, under headroom/clusters.
func DefaultStateDir() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for Headroom's clusters: %w", err)
	}
	return filepath.Join(base, "headroom", "clusters"), nil
}

func (f folder) kubeconfig() string { return filepath.Join(string(f), "kubeconfig") }
func (f folder) mark() string       { return filepath.Join(string(f), "mark") }
func (f folder) state() string      { return filepath.Join(string(f), "state.json") }
func (f folder) ca() string         { return filepath.Join(string(f), "ca.crt") }

// prepare creates the folder and the mark that is mounted in the nodes.
func (f folder) prepare(cluster string) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("create the folder of cluster %s: %w", cluster, err)
	}
	text := fmt.Sprintf("This container is a node of cluster %s, created by Headroom.\nTo remove it: headroom down\n", cluster)
	if err := os.WriteFile(f.mark(), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the mark of cluster %s: %w", cluster, err)
	}
	return nil
}

// load reads the state. No state is the zero state.
func (f folder) load() (state, error) {
	var s state
	text, err := os.ReadFile(f.state())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read the cluster's state: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return state{}, fmt.Errorf("parse %s: %w", f.state(), err)
	}
	return s, nil
}

// save replaces the state as a whole: a reader sees the old or the new one.
func (f folder) save(s state) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the cluster's state: %w", err)
	}
	tmp := f.state() + ".new"
	if err := os.WriteFile(tmp, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the cluster's state: %w", err)
	}
	return os.Rename(tmp, f.state())
}

// exists reports whether anything is left of the folder.
func (f folder) exists() bool {
	_, err := os.Lstat(string(f))
	return err == nil
}
