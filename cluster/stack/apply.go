package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// fieldManager owns the fields that the manifests set.
const fieldManager = "headroom"

// applyTimeout bounds Apply: some forty small requests.
const applyTimeout = 2 * time.Minute

// Apply brings every object of the stack to what the manifests say and leaves
// the rest of the cluster alone. Fields that the server does not know are an
// error, not a warning. Replica counts that are at or above an HPA's minimum
// are not touched. Apply may be called again at any time.
func (s *Stack) Apply(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, applyTimeout)
	defer cancel()
	return progress.Do(s.opts.Reporter, "apply the stack", func(step progress.Step) error {
		objs, err := Manifests(s.opts)
		if err != nil {
			return err
		}
		if err := s.applyAll(ctx, objs, step); err != nil {
			return err
		}
		targets, err := scaleTargets(objs)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if err := s.raise(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Stack) applyAll(ctx context.Context, objs []*unstructured.Unstructured, step progress.Step) error {
	for i, obj := range objs {
		step.Update(fmt.Sprintf("%d of %d: %s", i+1, len(objs), describe(obj)))
		if err := s.applyOne(ctx, obj); err != nil {
			return err
		}
	}
	return nil
}

// applyOne applies obj on the server's side. The server's message names the
// field where a field is at fault.
func (s *Stack) applyOne(ctx context.Context, obj *unstructured.Unstructured) error {
	client, err := s.resource(obj)
	if err != nil {
		return fmt.Errorf("apply %s: %w", describe(obj), err)
	}
	data, err := json.Marshal(obj)
	if err != nil {
		return fmt.Errorf("encode %s: %w", describe(obj), err)
	}
	force := true
	_, err = client.Patch(ctx, obj.GetName(), types.ApplyPatchType, data, metav1.PatchOptions{
		FieldManager:    fieldManager,
		Force:           &force,
		FieldValidation: metav1.FieldValidationStrict,
	})
	if err != nil {
		return fmt.Errorf("apply %s: %w", describe(obj), err)
	}
	return nil
}

// resource finds the API that serves obj. A kind that is not known is looked
// up once more, since its definition may have just been applied.
func (s *Stack) resource(obj *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	gvk := obj.GroupVersionKind()
	mapping, err := s.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		s.mapper.Reset()
		mapping, err = s.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("find the API of %s: %w", gvk, err)
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return s.dyn.Resource(mapping.Resource).Namespace(obj.GetNamespace()), nil
	}
	return s.dyn.Resource(mapping.Resource), nil
}
