package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// revision is raised when the builder itself changes what a recipe gives, so
// that nothing made by the older one is used.
const revision = 1

// digest is the key of work: the SHA-256 of everything that decides its result.
func digest(parts ...any) string {
	raw, err := json.Marshal(append([]any{revision}, parts...))
	if err != nil {
		panic(fmt.Sprintf("recipes are plain data, yet: %v", err)) // unreachable: no channel, func or cycle in a recipe
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// planner turns recipes into tasks, each piece of work once. What is already
// done becomes no task.
type planner struct {
	store   store
	docker  docker
	mirrors mirrors
	own     map[string]id // commands of Headroom's own module, already built
	tasks   map[id]*plannedTask
	now     func() time.Time
}

// plannedTask is a task, or the knowledge that its work is done.
type plannedTask struct {
	task
	done bool
}

// plan returns the task for i, made by fill if it is not known yet. fill is
// not called for work that is done.
func (p *planner) plan(i id, done func() (bool, error), fill func(t *task) error) (*plannedTask, error) {
	if t := p.tasks[i]; t != nil {
		return t, nil
	}
	ok, err := done()
	if err != nil {
		return nil, err
	}
	t := &plannedTask{task: task{id: i}, done: ok}
	p.tasks[i] = t
	if ok {
		return t, nil
	}
	return t, fill(&t.task)
}

// planStored is plan for work whose result is wholly in the store.
func (p *planner) planStored(i id, fill func(t *task) error) (*plannedTask, error) {
	return p.plan(i, func() (bool, error) { return p.store.has(i) }, fill)
}

// need makes t wait for other, unless that is done.
func (t *task) need(other *plannedTask, err error) error {
	if err == nil && !other.done {
		t.needs = append(t.needs, &other.task)
	}
	return err
}

// create is the run function of a task that fills a store entry.
func (p *planner) create(i id, fill func(ctx context.Context, dir string, e *entry) error) func(context.Context, progress.Step) error {
	return func(ctx context.Context, _ progress.Step) error {
		return p.store.create(i, p.now, func(dir string, e *entry) error { return fill(ctx, dir, e) })
	}
}

// baseID names the Debian base root file system.
func baseID() id { return id{kindBase, suite, digest("debootstrap minbase", suite)} }

func (p *planner) base() (*plannedTask, error) {
	i := baseID()
	return p.planStored(i, func(t *task) error {
		t.title, t.expected, t.disk = "make the Debian base ("+suite+")", bootstrapExpected, 300<<20
		t.run = p.create(i, func(ctx context.Context, dir string, _ *entry) error { return bootstrap(ctx, p.mirrors, dir) })
		return nil
	})
}

// goDiskPerSecond is about what a build leaves in Go's caches per second that
// it is expected to take, in bytes.
const goDiskPerSecond = 10 << 20

// programDisk is about what one program takes, in bytes.
const programDisk = 80 << 20

func goID(b *GoBuild) id { return id{kindGo, b.Name, digest(b)} }

func (p *planner) goBuild(b *GoBuild) (*plannedTask, error) {
	i := goID(b)
	return p.planStored(i, func(t *task) error {
		t.title, t.heavy, t.expected = fmt.Sprintf("build %s %s", b.Name, b.Version), true, b.Expected
		t.disk = int64(b.Expected.Seconds())*goDiskPerSecond + int64(len(b.Packages))*programDisk
		t.run = p.create(i, func(ctx context.Context, dir string, _ *entry) error { return buildGo(ctx, b, dir) })
		return nil
	})
}

// debianID names the Debian layer of an image, after the image.
func debianID(name string, d *Debian) id { return id{kindDebian, name, digest(d, baseID())} }

func (p *planner) debian(i id, d *Debian) (*plannedTask, error) {
	return p.planStored(i, func(t *task) error {
		t.title, t.expected, t.disk = "install Debian packages for "+i.Name, d.Expected, 700<<20
		t.run = p.create(i, func(ctx context.Context, dir string, e *entry) error {
			info, err := debianLayer(ctx, p.mirrors, p.store.path(baseID(), "root"), dir, d)
			e.Layer = info
			return err
		})
		return t.need(p.base())
	})
}

// needRecipe makes t wait for everything that r takes from other work.
func (p *planner) needRecipe(t *task, name string, r Recipe) error {
	for _, b := range r.builds() {
		if err := t.need(p.goBuild(b)); err != nil {
			return err
		}
	}
	if r.Debian == nil {
		return nil
	}
	return t.need(p.debian(debianID(name, r.Debian), r.Debian))
}

// imageID names an image's archive. What Headroom's own commands are is known
// only by their content.
func (p *planner) imageID(img Image) id {
	var own []string
	for _, f := range img.Recipe.Files {
		if f.Source != "" {
			own = append(own, p.own[f.Source].Digest)
		}
	}
	return id{kindImage, slug(img.Ref), digest(img, own)}
}

func (p *planner) image(img Image) (*plannedTask, error) {
	i := p.imageID(img)
	return p.planStored(i, func(t *task) error {
		t.title, t.expected, t.disk = "assemble "+path.Base(img.Ref), 2*second, 150<<20
		t.run = p.create(i, func(ctx context.Context, dir string, e *entry) error {
			e.Ref = img.Ref
			return p.assembleArchive(ctx, img, i.Name, dir, e)
		})
		return p.needRecipe(t, i.Name, img.Recipe)
	})
}

// built finds a program of a Go build in the store.
func (p *planner) built(b *GoBuild, program string) string {
	return p.store.path(goID(b), path.Join("bin", program))
}

// ownProgram finds a command of Headroom's own in the store.
func (p *planner) ownProgram(pkg string) string {
	return p.store.path(p.own[pkg], path.Base(pkg))
}
