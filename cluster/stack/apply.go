package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// fieldManager owns the fields that the manifests set.
const fieldManager = "headroom"

// applyTimeout bounds Apply: some forty small requests, and at the full level
// the start of the operators that check the resources of their kinds.
const applyTimeout = 3 * time.Minute

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
		if err := s.changeLevel(ctx); err != nil {
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
	if err := s.certify(ctx, objs); err != nil {
		return err
	}
	changed := map[string]bool{} // ConfigMaps that hold something else, as namespace/name
	for i, obj := range objs {
		step.Update(fmt.Sprintf("%d of %d: %s", i+1, len(objs), describe(obj)))
		if err := s.mendDrift(ctx, obj, changed); err != nil {
			return err
		}
		if i > 0 && rank(obj) > rankDefinition && rank(objs[i-1]) <= rankDefinition {
			if err := s.established(ctx, objs[:i]); err != nil {
				return err
			}
		}
		if err := s.applyPatiently(ctx, obj); err != nil {
			return err
		}
	}
	return nil
}

// mendDrift has the pods restarted that have read a ConfigMap which is about to
// be put back. ConfigMaps come before what mounts them.
func (s *Stack) mendDrift(ctx context.Context, obj *unstructured.Unstructured, changed map[string]bool) error {
	if obj.GetKind() == "ConfigMap" {
		drifted, err := s.drifted(ctx, obj)
		changed[obj.GetNamespace()+"/"+obj.GetName()] = drifted
		return err
	}
	if mountsAny(obj, changed) {
		return s.restart(ctx, obj)
	}
	return nil
}

// applyPatiently applies obj. A custom resource waits for the operator that
// checks it, which may be starting; what cannot be changed is made anew.
func (s *Stack) applyPatiently(ctx context.Context, obj *unstructured.Unstructured) error {
	obj, err := s.completed(ctx, obj)
	if err != nil {
		return err
	}
	for {
		err := s.applyOne(ctx, obj)
		switch {
		case apierrors.IsInvalid(err) && madeAnew[obj.GetKind()]:
			if err := s.deleteOne(ctx, obj); err != nil {
				return err
			}
			return s.applyOne(ctx, obj)
		case !webhookDown(err):
			return err
		}
		if serr := sleep(ctx, pollInterval); serr != nil {
			return errors.Join(err, serr)
		}
	}
}

// madeAnew are the kinds that hold nothing and whose fields are immutable. kind
// makes a StorageClass "standard" of its own where the node image brings none.
var madeAnew = map[string]bool{"StorageClass": true, "Job": true}

// webhookDown tells that the server could not ask the operator that checks an
// object: it passes when the operator has started.
func webhookDown(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "failed calling webhook")
}

// sleep waits for d or the end of ctx, whose cause it returns.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// established waits until the API server serves every definition among objs.
func (s *Stack) established(ctx context.Context, objs []*unstructured.Unstructured) error {
	for _, obj := range objs {
		if rank(obj) != rankDefinition {
			continue
		}
		client, err := s.resource(obj)
		if err != nil {
			return fmt.Errorf("wait for %s: %w", describe(obj), err)
		}
		state, err := poll(ctx, func(ctx context.Context) (string, bool, error) {
			live, err := client.Get(ctx, obj.GetName(), metav1.GetOptions{})
			if err != nil {
				return "", false, fmt.Errorf("get %s: %w", describe(obj), err)
			}
			state, met := trueCondition(live, "Established")
			return state, met, nil
		}, func(string) {})
		if err != nil {
			return fmt.Errorf("%s is not served: %s: %w", describe(obj), state, err)
		}
	}
	return nil
}

// deleteOne deletes obj, if it is there, and waits until it is gone.
func (s *Stack) deleteOne(ctx context.Context, obj *unstructured.Unstructured) error {
	client, err := s.resource(obj)
	if err != nil {
		return fmt.Errorf("delete %s: %w", describe(obj), err)
	}
	foreground := metav1.DeletePropagationForeground
	err = client.Delete(ctx, obj.GetName(), metav1.DeleteOptions{PropagationPolicy: &foreground})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete %s: %w", describe(obj), err)
	}
	_, err = poll(ctx, func(ctx context.Context) (string, bool, error) {
		_, err := client.Get(ctx, obj.GetName(), metav1.GetOptions{})
		return "still there", apierrors.IsNotFound(err), ignoreNotFound(err)
	}, func(string) {})
	if err != nil {
		return fmt.Errorf("delete %s: %w", describe(obj), err)
	}
	return nil
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
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
