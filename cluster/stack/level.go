package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Level says how much of the guide is installed.
type Level string

const (
	// LevelCore is everything that scales by HPA, and what the HPAs need.
	LevelCore Level = "core"
	// LevelFull is all that the guide documents.
	LevelFull Level = "full"
)

// Levels lists every level, the smallest first.
func Levels() []Level { return []Level{LevelCore, LevelFull} }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	if slices.Contains(Levels(), Level(s)) {
		return Level(s), nil
	}
	return "", fmt.Errorf("stack level %q: unknown; use %q or %q", s, LevelCore, LevelFull)
}

// levelLabel on the platform's namespace says what is installed.
const levelLabel = "headroom/stack-level"

// component is one manifest file. Names are those of the files, without their
// ending, under manifests/.
type component string

// fullFolder holds what the full level adds, a file for each component. A file
// that is put there is installed: it needs to be named nowhere else.
const fullFolder = "full"

// components lists the files of a level. Their order is that of what the core
// needs first, then of the names; Manifests sorts by what must exist before what.
func components(level Level) ([]component, error) {
	core := []component{
		"namespaces", "metrics-server", "prometheus", "prometheus-adapter",
		"kube-state-metrics", "backend", "frontend", "queue-worker",
	}
	if level == LevelCore {
		return append(core, "redis"), nil // the full level's queue is on the Redis cluster
	}
	entries, err := fs.ReadDir(files, path.Join("manifests", fullFolder))
	if err != nil {
		return nil, fmt.Errorf("list the manifests of the full level: %w", err)
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			core = append(core, component(path.Join(fullFolder, name)))
		}
	}
	return core, nil
}

// ErrNotInstalled says that a cluster has no stack yet.
var ErrNotInstalled = errors.New("the stack is not installed")

// Installed reads the level that the cluster has, or is going to have while the
// installation goes on. It returns ErrNotInstalled if there is none.
func (s *Stack) Installed(ctx context.Context) (Level, error) {
	ns, err := s.client.CoreV1().Namespaces().Get(ctx, Namespace, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", ErrNotInstalled
	}
	if err != nil {
		return "", fmt.Errorf("read the level of the stack: %w", err)
	}
	name, ok := ns.Labels[levelLabel]
	if !ok {
		return LevelCore, nil // installed before levels were marked
	}
	return ParseLevel(name)
}

// changeLevel makes a used cluster ready for another level. Growing removes
// what only the smaller one has; shrinking would have to take down databases
// with what is in them, which is left to the user.
func (s *Stack) changeLevel(ctx context.Context) error {
	have, err := s.Installed(ctx)
	if errors.Is(err, ErrNotInstalled) || have == s.opts.Level {
		return nil
	}
	if err != nil {
		return err
	}
	if have == LevelFull {
		return fmt.Errorf("the cluster has the %s stack and the %s one is wanted: use --stack %[1]s, or remove the cluster first (headroom down)", have, s.opts.Level)
	}
	old := s.opts
	old.Level = have
	gone, err := Manifests(old)
	if err != nil {
		return err
	}
	kept, err := Manifests(s.opts)
	if err != nil {
		return err
	}
	for _, obj := range gone {
		if !slices.ContainsFunc(kept, func(k *unstructured.Unstructured) bool { return sameObject(k, obj) }) {
			if err := s.deleteOne(ctx, obj); err != nil {
				return fmt.Errorf("change the stack from %s to %s: %w", have, s.opts.Level, err)
			}
		}
	}
	return nil
}

func sameObject(a, b *unstructured.Unstructured) bool {
	return a.GroupVersionKind().GroupKind() == b.GroupVersionKind().GroupKind() &&
		a.GetNamespace() == b.GetNamespace() && a.GetName() == b.GetName()
}
