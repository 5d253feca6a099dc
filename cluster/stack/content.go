package stack

import (
	"fmt"
	"io/fs"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/artisan-platform/headroom/cluster/platform/schema"
)

// rulesFolder holds files of Prometheus rules, which the full level loads.
const rulesFolder = "manifests/rules"

// fill puts files that have a place of their own into the ConfigMaps that carry
// them: the database's schema, and Prometheus's rules.
func fill(objs []*unstructured.Unstructured, level Level) error {
	for _, obj := range objs {
		if obj.GetKind() != "ConfigMap" {
			continue
		}
		var err error
		switch obj.GetName() {
		case "postgres-schema":
			err = unstructured.SetNestedField(obj.Object, schema.SQL, "data", "schema.sql")
		case "prometheus":
			if level == LevelFull {
				err = addRules(obj)
			}
		}
		if err != nil {
			return fmt.Errorf("fill %s: %w", describe(obj), err)
		}
	}
	return nil
}

func addRules(config *unstructured.Unstructured) error {
	entries, err := fs.Glob(files, rulesFolder+"/*.yaml")
	if err != nil {
		return err
	}
	for _, file := range entries {
		text, err := files.ReadFile(file)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(file, rulesFolder+"/"), ".yaml")
		if err := unstructured.SetNestedField(config.Object, string(text), "data", "rules-"+name+".yml"); err != nil {
			return err
		}
	}
	return nil
}
