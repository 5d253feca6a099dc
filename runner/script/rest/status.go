package rest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// status are the attributes of a run.
type status struct {
	Status  vu.Stage `json:"status"`
	Paused  bool     `json:"paused"`
	VUs     int64    `json:"vus"`
	VUsMax  int64    `json:"vus-max"`
	Stopped bool     `json:"stopped"`
	Running bool     `json:"running"`
	Tainted bool     `json:"tainted"`
}

const (
	statusType = "status"
	theOnly    = "default" // the id of what there is one of
)

func (a *api) status() status {
	s := a.control.Status()
	return status{Status: s.Stage, Paused: s.Paused, VUs: s.VUs, VUsMax: s.MaxVUs, Stopped: s.Stopped, Running: s.Running, Tainted: s.Tainted}
}

func (a *api) getStatus(http.ResponseWriter, *http.Request) (any, error) {
	return document{resource{Type: statusType, ID: theOnly, Attributes: a.status()}}, nil
}

// patchStatus resumes a paused run, or stops one. All is checked before
// anything is done.
func (a *api) patchStatus(w http.ResponseWriter, r *http.Request) (any, error) {
	attributes, err := patch(w, r)
	if err != nil {
		return nil, err
	}
	now := a.status()
	var paused, stopped *bool
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		var err error
		switch name {
		case "paused":
			paused, err = flag(name, value)
		case "stopped":
			stopped, err = flag(name, value)
		default:
			err = now.unchanged(name, value)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case paused != nil && *paused && !now.Paused:
		return nil, wrong(http.StatusConflict, "the test has begun and cannot be paused: it waits before its setup only, if it is started with --paused")
	case stopped != nil && !*stopped && now.Stopped:
		return nil, wrong(http.StatusConflict, "the test has been stopped and cannot go on: start it again")
	}
	if stopped != nil && *stopped {
		a.control.Stop()
	}
	if paused != nil && !*paused {
		a.control.Resume()
	}
	return a.getStatus(w, r)
}

// patch reads the attributes that a request sends.
func patch(w http.ResponseWriter, r *http.Request) (map[string]json.RawMessage, error) {
	text, err := body(w, r)
	if err != nil {
		return nil, err
	}
	var sent struct {
		Data *struct {
			Type, ID   string
			Attributes map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &sent); err != nil {
		return nil, wrong(http.StatusBadRequest, "read the body as JSON: %v", err)
	}
	const example = `write it like {"data": {"type": "status", "id": "default", "attributes": {"paused": false}}}`
	switch {
	case sent.Data == nil || sent.Data.Attributes == nil:
		return nil, wrong(http.StatusBadRequest, "the body has no attributes: %s", example)
	case sent.Data.Type != statusType && sent.Data.Type != "", sent.Data.ID != theOnly && sent.Data.ID != "":
		return nil, wrong(http.StatusConflict, "the body is about the %s %q: %s", sent.Data.Type, sent.Data.ID, example)
	}
	return sent.Data.Attributes, nil
}

// flag reads true or false; null is nothing.
func flag(name string, value json.RawMessage) (*bool, error) {
	var b *bool
	if err := json.Unmarshal(value, &b); err != nil {
		return nil, wrong(http.StatusBadRequest, "%s is %s: it must be true or false", name, value)
	}
	return b, nil
}

// unchanged is an error if an attribute that cannot be set is sent with any
// other value than it has.
func (s status) unchanged(name string, value json.RawMessage) error {
	all := map[string]any{"status": s.Status, "vus": s.VUs, "vus-max": s.VUsMax, "running": s.Running, "tainted": s.Tainted}
	now, ok := all[name]
	if !ok {
		return wrong(http.StatusBadRequest, "a status has no attribute %q: it has %v, paused and stopped", name, slices.Sorted(maps.Keys(all)))
	}
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if given := bytes.TrimSpace(value); string(given) != "null" && !bytes.Equal(given, text) {
		return wrong(http.StatusForbidden, "%s cannot be set to %s, it is %s: only paused and stopped can be set; the options of the script say how many virtual users there are", name, given, text)
	}
	return nil
}
