// Command upstream prints a manifest that a Go module brings, in the form in
// which the stack keeps it: every object as it is, but definitions without their
// descriptions, which are two thirds of the text and nothing that a server acts
// on. Changes of ours are patches in a file of their own.
//
//	go run ./cluster/stack/upstream MODULE@VERSION FILE [KIND ...] >manifests/full/NAME.yaml
//
// With kinds, other objects are left out.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/util/yaml"
	plainyaml "sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "upstream:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) < 2 {
		return errors.New("want MODULE@VERSION FILE [KIND ...]")
	}
	dir, err := download(args[0])
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, args[1]))
	if err != nil {
		return fmt.Errorf("open the module's manifest: %w", err)
	}
	defer f.Close() // opened for reading: closing it loses nothing
	fmt.Fprintf(out, "# %s of %s, without descriptions. Made by cluster/stack/upstream; not to be edited.\n", args[1], args[0])
	docs := yaml.NewYAMLOrJSONDecoder(f, 1<<20)
	for {
		var obj map[string]any
		err := docs.Decode(&obj)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("decode %s: %w", args[1], err)
		}
		if err := write(out, obj, args[2:]); err != nil {
			return err
		}
	}
}

func write(out io.Writer, obj map[string]any, kinds []string) error {
	kind, _ := obj["kind"].(string)
	if kind == "" || len(kinds) > 0 && !slices.Contains(kinds, kind) {
		return nil
	}
	if kind == "CustomResourceDefinition" {
		strip(obj, false)
		delete(obj, "status")
	}
	text, err := plainyaml.Marshal(obj)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	_, err = fmt.Fprintf(out, "---\n%s", text)
	return err
}

// strip removes descriptions. Under "properties" the keys are names of fields,
// and one of them may well be called description.
func strip(v any, names bool) {
	switch v := v.(type) {
	case map[string]any:
		if !names {
			delete(v, "description")
		}
		for key, field := range v {
			strip(field, key == "properties" && !names)
		}
	case []any:
		for _, item := range v {
			strip(item, false)
		}
	}
}

// download returns the folder of a module's source.
func download(module string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(context.Background(), "go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir() // outside any module, whose go.sum would have a say
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	var answer struct{ Dir, Error string }
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		return "", fmt.Errorf("download %s: %w", module, errors.Join(runErr, errors.New(stderr.String())))
	}
	if answer.Error != "" {
		return "", fmt.Errorf("download %s: %s", module, answer.Error)
	}
	return answer.Dir, nil
}
