package main

import (
	"bytes"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// A definition loses its descriptions, but not a field of that name; other
// objects stay as they are, and kinds that were not asked for are left out.
func TestWrite(t *testing.T) {
	const definition = `
kind: CustomResourceDefinition
status: {}
spec:
  description: gone
  schema:
    properties:
      description: {type: string, description: gone}
      size:
        type: object
        description: gone
        properties:
          properties: {type: string, description: gone}
`
	var obj map[string]any
	if err := yaml.Unmarshal([]byte(definition), &obj); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := write(&out, obj, nil); err != nil {
		t.Fatal(err)
	}
	want := "---\nkind: CustomResourceDefinition\nspec:\n  schema:\n    properties:\n      description:\n        type: string\n      size:\n        properties:\n          properties:\n            type: string\n        type: object\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	service := map[string]any{"kind": "Service", "description": "kept"}
	if err := write(&out, service, []string{"CustomResourceDefinition"}); err != nil || out.Len() != 0 {
		t.Errorf("wrote %q, error %v", out.String(), err)
	}
	if err := write(&out, service, nil); err != nil || !strings.Contains(out.String(), "kept") {
		t.Errorf("wrote %q, error %v", out.String(), err)
	}
}

func TestUsage(t *testing.T) {
	if err := run([]string{"one"}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "MODULE@VERSION FILE") {
		t.Errorf("error %v", err)
	}
}
