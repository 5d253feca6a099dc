package image

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"time"
)

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
	if set.Mode == Registry {
		set.ToLoad, err = b.pull(ctx, d, wanted)
	} else {
		set.ToLoad, err = wanted.other, wanted.inDocker(ctx, d)
	}
	if err != nil {
		return Set{}, err
	}
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
	err := reachable(ctx, refs, askTimeout)
	if err == nil {
		step.Update("all images can be pulled")
		step.Done(nil)
		return Registry, nil
	}
	step.Update("images are built from source: " + err.Error())
	step.Done(nil) // not an error: this is what Auto is for
	return Source, err
}

// ownRoom is the disk that Headroom's own programs need in the cache, in bytes.
const ownRoom = 256 << 20

// make builds what set.Mode asks for, under the store's lock.
func (b *Builder) make(ctx context.Context, st store, set *Set, w wanted) error {
	if err := st.sweep(); err != nil {
		return err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("building images needs the Go tool on PATH: %w", err)
	}
	p := &planner{store: st, docker: b.docker(), tasks: map[id]*plannedTask{}, own: map[string]id{}, now: time.Now}
	if err := roomFor(map[string]int64{st.dir: ownRoom}, freeSpace); err != nil {
		return err // what the rest needs is known once our own programs are built
	}
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
	var err error
	if p.mirrors, err = findMirrors(ctx); err != nil {
		return err
	}
	if err := schedule(ctx, tasks, machineSlots(runtime.NumCPU(), memoryAvailable()), b.reporter()); err != nil {
		return err
	}
	b.supersede(ctx, p, tasks)
	return nil
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
	}{{stackStage, append(kubernetesImages(c), w.stack...)}, {localStage, w.local}}
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
