package host

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// object is a JSON object whose values stay as they were written, so that
// whatever this program does not know passes through unchanged.
type object map[string]json.RawMessage

// boundConfig takes the capabilities outside the bounding set out of an OCI
// bundle configuration (config.json).
func boundConfig(config []byte, bounding capabilitySet) ([]byte, error) {
	return edit(config, "process", func(process []byte) ([]byte, error) {
		return boundProcess(process, bounding)
	})
}

// boundProcess does the same for an OCI process, the file that the runtime's
// exec command is given.
func boundProcess(process []byte, bounding capabilitySet) ([]byte, error) {
	return edit(process, "capabilities", func(capabilities []byte) ([]byte, error) {
		return boundSets(capabilities, bounding)
	})
}

// boundSets filters each of the five sets (bounding, effective, permitted,
// inheritable, ambient) of an OCI capabilities object.
func boundSets(capabilities []byte, bounding capabilitySet) ([]byte, error) {
	var sets map[string][]string
	if err := json.Unmarshal(capabilities, &sets); err != nil {
		return nil, fmt.Errorf("capabilities: %w", err)
	}
	for kind, names := range sets {
		kept := make([]string, 0, len(names))
		for _, name := range names {
			if bounding.has(name) {
				kept = append(kept, name)
			}
		}
		sets[kind] = kept
	}
	return json.Marshal(sets)
}

// edit replaces one field of a JSON object by what change makes of it. An
// object without the field is returned as it is.
func edit(doc []byte, field string, change func([]byte) ([]byte, error)) ([]byte, error) {
	var fields object
	if err := json.Unmarshal(doc, &fields); err != nil {
		return nil, err
	}
	value, found := fields[field]
	if !found || string(value) == "null" {
		return doc, nil
	}
	changed, err := change(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	fields[field] = changed
	return json.Marshal(fields)
}

// rewriteFile puts change(content) in the place of a file's content, keeping
// its mode. The new file appears whole or not at all.
func rewriteFile(path string, change func([]byte) ([]byte, error)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	changed, err := change(content)
	if err != nil {
		return fmt.Errorf("rewrite %s: %w", path, err)
	}
	return writeWhole(path, changed, info.Mode().Perm())
}

// writeWhole writes a file beside path and renames it into place.
func writeWhole(path string, content []byte, mode os.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // already renamed where all went well
	_, err = tmp.Write(content)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Chmod(tmp.Name(), mode); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
