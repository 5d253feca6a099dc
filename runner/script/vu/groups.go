package vu

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/artisan-platform/headroom/runner/observation"
)

// Groups counts the outcomes of checks, in the tree of groups in which they
// were first seen. The zero value is empty. It is safe for concurrent use.
type Groups struct {
	mu     sync.RWMutex
	checks map[checkKey]*Check
	groups map[string]*Group
	order  []*Check
}

type checkKey struct{ group, name string }

// Group is one group, with what it holds in the order first seen.
type Group struct {
	Name, Path string // "inner", "::outer::inner"; both are empty for the root
	Groups     []*Group
	Checks     []*Check
}

// Check counts one check of one group.
type Check struct {
	Name, Group   string
	passes, fails atomic.Uint64
}

// Counts are the outcomes so far.
func (c *Check) Counts() (passes, fails uint64) { return c.passes.Load(), c.fails.Load() }

// Count counts one outcome of a check in a group, "::outer::inner".
func (g *Groups) Count(group, name string, pass bool) {
	g.mu.RLock()
	c := g.checks[checkKey{group, name}]
	g.mu.RUnlock()
	if c == nil {
		c = g.add(group, name)
	}
	if pass {
		c.passes.Add(1)
	} else {
		c.fails.Add(1)
	}
}

func (g *Groups) add(group, name string) *Check {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := checkKey{group, name}
	if c := g.checks[key]; c != nil {
		return c
	}
	if g.checks == nil {
		g.checks = make(map[checkKey]*Check)
	}
	c := &Check{Name: name, Group: group}
	g.checks[key] = c
	g.order = append(g.order, c)
	parent := g.find(group)
	parent.Checks = append(parent.Checks, c)
	return c
}

// Enter makes a group known, also if it holds no check.
func (g *Groups) Enter(path string) {
	g.mu.RLock()
	known := g.groups[path]
	g.mu.RUnlock()
	if known == nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.find(path)
	}
}

// find returns the group of a path and makes it, with those above it, if it is
// new. The caller holds the lock.
func (g *Groups) find(path string) *Group {
	if known := g.groups[path]; known != nil {
		return known
	}
	if g.groups == nil {
		g.groups = make(map[string]*Group)
	}
	made := &Group{Path: path}
	g.groups[path] = made
	if i := strings.LastIndex(path, "::"); i >= 0 {
		made.Name = path[i+2:]
		above := g.find(path[:i])
		above.Groups = append(above.Groups, made)
	}
	return made
}

// Root returns a copy of the tree.
func (g *Groups) Root() *Group {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.find("").clone()
}

func (g *Group) clone() *Group {
	c := &Group{Name: g.Name, Path: g.Path, Checks: append([]*Check(nil), g.Checks...)}
	for _, sub := range g.Groups {
		c.Groups = append(c.Groups, sub.clone())
	}
	return c
}

// List returns the counts so far, in the order in which checks were first seen.
func (g *Groups) List() []observation.Check {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var list []observation.Check
	for _, c := range g.order {
		name := c.Name
		if c.Group != "" {
			name = strings.TrimPrefix(c.Group, "::") + "::" + c.Name
		}
		passes, fails := c.Counts()
		list = append(list, observation.Check{Name: name, Passes: passes, Fails: fails})
	}
	return list
}
