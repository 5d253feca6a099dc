package artisan

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/grafana/sobek"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/vegetaload"
)

// attackOptions are the keys of the argument of attack.
var attackOptions = []string{"rate", "stages", "sine", "duration", "targets", "workers", "connections", "timeout", "tags", "name"}

// attack is artisan.attack(options): an open-model load, driven by vegeta. It
// returns a promise of what became of it.
func (m *Module) attack(call sobek.FunctionCall) sobek.Value {
	m.running("artisan.attack()")
	o := m.options("attack()", call.Argument(0), attackOptions...)
	if !o.has("targets") {
		m.typeError("attack() needs targets, such as [\"http://127.0.0.1:8000/health\"]")
	}
	schedule := o.schedule()
	timeout := o.duration("timeout", vegetaload.DefaultTimeout, time.Nanosecond)
	workers := o.whole("workers", vegetaload.DefaultMaxWorkers, 1, 100_000)
	connections := o.whole("connections", vegetaload.DefaultConnections, 1, 100_000)
	name, tags := o.text("name", ""), o.tags("tags")
	t := m.turns()
	targeter := o.targets(t)
	r := newResult(schedule, m.vu.Requests(attackTags(tags, name)), name)
	return promise(m, t, func(ctx context.Context) (*result, error) {
		var failed error // of the targets: vegeta ends an attack that has none, and does not say why
		err := vegetaload.Drive(ctx, vegetaload.Load{
			Schedule: schedule, Endpoint: r.endpoint, Recorder: r, Traffic: &r.traffic,
			Targeter: func(t *vegeta.Target) error {
				err := targeter(t)
				if err != nil {
					failed = err // by one goroutine at a time: see generator
				}
				return err
			},
			Timeout: timeout, Connections: int(connections), MaxWorkers: int(workers), Grace: attackGrace,
		})
		r.finish(time.Now())
		return r, errors.Join(failed, err)
	}, func(r *result) sobek.Value { return r.object(m) })
}

// attackGrace is how long requests in flight may go on when the iteration is
// over: what ends then is to end at once.
const attackGrace = 10 * time.Millisecond

// attackTags are the tags of every request of an attack.
func attackTags(own map[string]string, name string) map[string]string {
	tags := map[string]string{"engine": "vegeta"}
	maps.Copy(tags, own)
	if name != "" {
		tags["name"] = name
	}
	return tags
}
