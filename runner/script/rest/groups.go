package rest

import (
	"net/http"

	"github.com/artisan-platform/headroom/runner/script/summary"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

const groupType = "groups"

// groupAttributes are the attributes of a group.
type groupAttributes struct {
	Path   string  `json:"path"`
	Name   string  `json:"name"`
	Checks []check `json:"checks"` // null: none
}

type check struct {
	ID     string `json:"id"`
	Path   string `json:"path"`
	Name   string `json:"name"`
	Passes uint64 `json:"passes"`
	Fails  uint64 `json:"fails"`
}

// getGroups lists all groups, each before those in it.
func (a *api) getGroups(http.ResponseWriter, *http.Request) (any, error) {
	list, err := a.groups()
	return document{list}, err
}

func (a *api) getGroup(_ http.ResponseWriter, r *http.Request) (any, error) {
	list, err := a.groups()
	if err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	for _, g := range list {
		if g.ID == id {
			return document{g}, nil
		}
	}
	return nil, wrong(http.StatusNotFound, "there is no group with the id %q: /v1/groups lists them", id)
}

func (a *api) groups() ([]resource, error) {
	root, err := a.control.Groups()
	if err != nil {
		return nil, notYet(err)
	}
	return appendGroups(nil, root, nil), nil
}

func appendGroups(list []resource, g *vu.Group, parent any) []resource {
	self := identifier{groupType, summary.ID(g.Path)}
	inner := []identifier{}
	for _, sub := range g.Groups {
		inner = append(inner, identifier{groupType, summary.ID(sub.Path)})
	}
	list = append(list, resource{Type: groupType, ID: self.ID,
		Attributes:    groupAttributes{Path: g.Path, Name: g.Name, Checks: checks(g)},
		Relationships: map[string]relationship{"groups": {inner}, "parent": {parent}},
	})
	for _, sub := range g.Groups {
		list = appendGroups(list, sub, self)
	}
	return list
}

func checks(g *vu.Group) []check {
	var list []check
	for _, c := range g.Checks {
		path := g.Path + "::" + c.Name
		passes, fails := c.Counts()
		list = append(list, check{summary.ID(path), path, c.Name, passes, fails})
	}
	return list
}
