package image

import (
	"context"
	"errors"
	"os"
	"path"

	"github.com/artisan-platform/headroom/runner/progress"
)

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
