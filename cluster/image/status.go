package image

import (
	"context"
	"time"
)

// Status is one row of what the cache holds, or of what it could hold.
type Status struct {
	Kind    string    `json:"kind"` // "image" or "node"; "go", "debian" and "base" are what those are made from
	Name    string    `json:"name"`
	Ref     string    `json:"ref,omitempty"`
	Cached  bool      `json:"cached"`
	Stale   bool      `json:"stale"`             // nothing in this version of Headroom uses it
	Digest  string    `json:"digest,omitempty"`  // of an image's manifest; of the recipe for all else
	Bytes   int64     `json:"bytes,omitempty"`   // on disk, in the cache or in Docker
	Created time.Time `json:"created,omitzero"`  // when it was made
	Seconds float64   `json:"seconds,omitempty"` // what making it took

	id id
}

// List tells what is cached, and which images of the catalog are not.
func (b *Builder) List(ctx context.Context) ([]Status, error) {
	st, err := b.store()
	if err != nil {
		return nil, err
	}
	entries, err := st.entries()
	if err != nil {
		return nil, err
	}
	stale := staleEntries(entries)
	have := map[string]bool{}
	var out []Status
	for _, e := range entries {
		row, err := b.status(ctx, st, e)
		if err != nil {
			return nil, err
		}
		row.Stale = stale[e.id]
		if !row.Stale {
			have[e.Ref] = true
		}
		out = append(out, row)
	}
	for _, img := range Catalog() {
		if !have[img.Ref] {
			out = append(out, Status{Kind: kindImage, Name: slug(img.Ref), Ref: img.Ref})
		}
	}
	return out, nil
}

func (b *Builder) status(ctx context.Context, st store, e entry) (Status, error) {
	row := Status{Kind: e.Kind, Name: e.Name, Ref: e.Ref, Cached: true, Digest: e.Image, Created: e.Created, Seconds: e.Seconds, id: e.id}
	if row.Digest == "" {
		row.Digest = "sha256:" + e.Digest
	}
	var err error
	if row.Bytes, err = st.size(e.id); err != nil || e.Kind != kindNode {
		return row, err
	}
	size, err := b.docker().size(ctx, e.Ref)
	row.Bytes += size
	row.Cached = size > 0
	return row, err
}

// staleEntries are those that no recipe of the catalog gives any more. What
// depends on Headroom's own programs is known by name only: of those the
// newest is in use.
func staleEntries(entries []entry) map[id]bool {
	known, named := catalogIDs()
	newest := map[string]entry{}
	for _, e := range entries {
		key := e.Kind + "/" + e.Name
		if last, ok := newest[key]; !ok || e.Created.After(last.Created) {
			newest[key] = e
		}
	}
	stale := map[id]bool{}
	for _, e := range entries {
		key := e.Kind + "/" + e.Name
		if !known[e.id] && (!named[key] || newest[key].id != e.id) {
			stale[e.id] = true
		}
	}
	return stale
}

// catalogIDs are the keys of all work that the catalog names: in full where
// the recipe alone decides, by kind and name where Headroom's own source does.
func catalogIDs() (known map[id]bool, named map[string]bool) {
	node := nodeImage(newComponents())
	known = map[id]bool{baseID(): true, nodeBaseID(node): true}
	named = map[string]bool{kindNode + "/" + stackStage: true, kindNode + "/" + localStage: true}
	addRecipe(known, named, kindNode, node.Recipe)
	p := &planner{}
	for _, img := range Catalog() {
		if own := addRecipe(known, named, slug(img.Ref), img.Recipe); own {
			named[kindImage+"/"+slug(img.Ref)] = true
		} else {
			known[p.imageID(img)] = true
		}
	}
	return known, named
}

// addRecipe adds what a recipe is made from, and reports whether a command of
// Headroom's own is in it.
func addRecipe(known map[id]bool, named map[string]bool, name string, r Recipe) (own bool) {
	for _, b := range r.builds() {
		known[goID(b)] = true
	}
	if r.Debian != nil {
		known[debianID(name, r.Debian)] = true
	}
	for _, f := range r.Files {
		if f.Source != "" {
			own = true
			named[kindGo+"/"+programName(f.Source)] = true
		}
	}
	return own
}
