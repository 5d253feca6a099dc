package artisan

import (
	"fmt"
	"sync"

	"github.com/grafana/sobek"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// ahead is how many targets a function of the script is asked for at once: each
// question takes a turn on the virtual user's goroutine.
const ahead = 256

// generator asks a function of the script for targets, with the number of each
// from 0. It is safe for concurrent use.
type generator struct {
	m     *Module
	f     sobek.Callable
	turns *turns

	mu   sync.Mutex
	made []vegeta.Target // that were asked for and not yet used
	n    int
	err  error
}

// next implements vegeta.Targeter.
func (g *generator) next(t *vegeta.Target) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.made) == 0 && g.err == nil {
		if err := g.turns.do(g.ask); err != nil {
			g.err = err
		}
	}
	if len(g.made) == 0 {
		return g.err
	}
	*t, g.made = g.made[0], g.made[1:]
	return nil
}

// ask is called on the virtual user's goroutine. What the function did wrong
// ends the attack when it is its turn.
func (g *generator) ask() {
	for range ahead {
		v, err := g.f(sobek.Undefined(), g.m.vu.Runtime().ToValue(g.n))
		var t vegeta.Target
		if err == nil {
			where := fmt.Sprintf("attack(): targets(%d)", g.n)
			if thrown := g.m.vu.Runtime().Try(func() { t, err = g.m.target(where, v) }); thrown != nil {
				err = thrown
			}
		}
		if err != nil {
			g.err = fmt.Errorf("attack(): targets(%d): %w", g.n, err)
			return
		}
		g.made = append(g.made, t)
		g.n++
	}
}
