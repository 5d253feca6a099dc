package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// Builder provides images. The zero value works: it uses the user's cache
// folder and the docker client on PATH, and reports nothing.
type Builder struct {
	CacheDir string            // empty: $HEADROOM_CACHE, else "headroom" in the user's cache folder
	Docker   string            // the docker client; empty: "docker"
	Reporter progress.Reporter // nil: progress.Discard
}

// Set is what Ensure provided.
type Set struct {
	Mode      Mode     // Registry or Source: what Auto came to
	NodeImage string   // Docker reference for kind
	Preloaded []string // references that every node starts with
	ToLoad    []string // references to hand to Load once the nodes run
	// Fallback says why Auto did not take the registries; nil if it did.
	Fallback error
}

// defaultCache is where images are cached.
func defaultCache() (string, error) {
	if dir := os.Getenv("HEADROOM_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder; set HEADROOM_CACHE: %w", err)
	}
	return filepath.Join(dir, "headroom"), nil
}

func (b *Builder) store() (store, error) {
	dir := b.CacheDir
	if dir == "" {
		var err error
		if dir, err = defaultCache(); err != nil {
			return store{}, err
		}
	}
	return store{filepath.Join(dir, "images")}, nil
}

func (b *Builder) docker() docker {
	if b.Docker == "" {
		return docker{"docker"}
	}
	return docker{b.Docker}
}

func (b *Builder) reporter() progress.Reporter {
	if b.Reporter == nil {
		return progress.Discard
	}
	return b.Reporter
}

// Ensure provides the images of refs, all of the catalog's if refs is empty,
// and a node image for kind. References that the catalog does not know are
// the user's own: they must be in Docker, or in mode Registry in a registry.
func (b *Builder) Ensure(ctx context.Context, mode Mode, refs []string) (Set, error) {
	wanted, err := sortOut(refs)
	if err != nil {
		return Set{}, err
	}
	d := b.docker()
	if err := d.available(ctx); err != nil {
		return Set{}, err
	}
	set := Set{Mode: mode}
	if mode == Auto {
		set.Mode, set.Fallback = b.choose(ctx, wanted)
	}
	own, err := wanted.inDocker(ctx, d, set.Mode)
	if err != nil {
		return Set{}, err
	}
	set.ToLoad = own
	st, err := b.store()
	if err != nil {
		return Set{}, err
	}
	unlock, err := st.lock(ctx, b.reporter())
	if err != nil {
		return Set{}, err
	}
	err = b.make(ctx, st, &set, wanted)
	return set, errors.Join(err, unlock())
}

// choose is the mode that Auto means here, and why if it is not Registry.
func (b *Builder) choose(ctx context.Context, w wanted) (Mode, error) {
	refs := []string{registryNodeImage}
	for _, img := range w.stack {
		refs = append(refs, img.Ref)
	}
	step := b.reporter().Start("ask the registries")
	err := reachable(ctx, refs)
	if err == nil {
		step.Update("all images can be pulled")
		step.Done(nil)
		return Registry, nil
	}
	step.Update("images are built from source: " + err.Error())
	step.Done(nil) // not an error: this is what Auto is for
	return Source, err
}

// make builds what set.Mode asks for, under the store's lock.
func (b *Builder) make(ctx context.Context, st store, set *Set, w wanted) error {
	if err := st.sweep(); err != nil {
		return err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("building images needs the Go tool on PATH: %w", err)
	}
	p := &planner{store: st, docker: b.docker(), tasks: map[id]*plannedTask{}, own: map[string]id{}, now: time.Now}
	if err := p.buildOwn(ctx, b.reporter(), w.all(set.Mode)); err != nil {
		return err
	}
	targets, err := p.targets(ctx, set, w)
	if err != nil {
		return err
	}
	return b.run(ctx, p, targets)
}

// run does the work that targets need.
func (b *Builder) run(ctx context.Context, p *planner, targets []*task) error {
	tasks := inOrder(targets)
	if len(tasks) == 0 {
		return nil
	}
	if err := checkTools(tasks); err != nil {
		return err
	}
	if err := checkDisk(ctx, p, tasks); err != nil {
		return err
	}
	p.mirrors = findMirrors(ctx)
	return schedule(ctx, tasks, machineSlots(runtime.NumCPU(), memoryAvailable()), b.reporter())
}

// targets plans what set.Mode asks for and completes set with the references.
func (p *planner) targets(ctx context.Context, set *Set, w wanted) ([]*task, error) {
	var t task // collects what is not done
	if set.Mode == Registry {
		set.NodeImage = registryNodeImage
		for _, img := range w.local {
			if err := t.need(p.image(img)); err != nil {
				return nil, err
			}
			set.ToLoad = append(set.ToLoad, img.Ref)
		}
		return t.needs, nil
	}
	c := newComponents()
	last, err := p.nodeBase(ctx, nodeImage(c))
	if err != nil {
		return nil, err
	}
	stages := []struct {
		name   string
		images []Image
	}{{"node-stack", append(kubernetesImages(c), w.stack...)}, {"node", w.local}}
	for _, s := range stages {
		if len(s.images) == 0 {
			continue
		}
		if last, err = p.baked(ctx, s.name, last, s.images); err != nil {
			return nil, err
		}
		for _, img := range s.images {
			set.Preloaded = append(set.Preloaded, img.Ref)
		}
	}
	set.NodeImage = nodeRepository + ":" + kubernetesVersion + "-" + last.id.short()
	err = t.need(last, nil)
	return t.needs, err
}

// buildOwn builds the commands of Headroom's own module that images take, and
// keeps each under the digest of its content.
func (p *planner) buildOwn(ctx context.Context, r progress.Reporter, images []Image) error {
	for _, img := range images {
		for _, f := range img.Recipe.Files {
			if f.Source == "" || p.own[f.Source].Digest != "" {
				continue
			}
			err := progress.Do(r, "build "+path.Base(f.Source), func(progress.Step) error { return p.buildOwnCommand(ctx, f.Source) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *planner) buildOwnCommand(ctx context.Context, pkg string) error {
	dir, err := p.store.temp(path.Base(pkg))
	if err != nil {
		return err
	}
	start := p.now()
	sum, err := buildOwn(ctx, pkg, dir)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	i := id{kindGo, path.Base(pkg), digest(sum)}
	p.own[pkg] = i
	if ok, err := p.store.has(i); ok || err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return p.store.commit(i, entry{id: i, Created: p.now().UTC(), Seconds: p.now().Sub(start).Seconds()}, dir)
}
