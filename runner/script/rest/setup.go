package rest

import (
	"encoding/json"
	"net/http"
)

// setupData are the attributes of what setup returned.
type setupData struct {
	Data json.RawMessage `json:"data"` // null: nothing
}

func setupDocument(data string) document {
	var raw json.RawMessage
	if data != "" {
		raw = json.RawMessage(data)
	}
	return document{resource{Type: "setupData", ID: theOnly, Attributes: setupData{raw}}}
}

func (a *api) getSetup(http.ResponseWriter, *http.Request) (any, error) {
	data, err := a.control.SetupData()
	if err != nil {
		return nil, notYet(err)
	}
	return setupDocument(data), nil
}

// putSetup replaces what setup returned by the body.
func (a *api) putSetup(w http.ResponseWriter, r *http.Request) (any, error) {
	text, err := body(w, r)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		var nothing any
		return nil, wrong(http.StatusBadRequest, "read the body as JSON: %v", json.Unmarshal(text, &nothing))
	}
	if err := a.control.SetSetupData(string(text)); err != nil {
		return nil, notYet(err)
	}
	return setupDocument(string(text)), nil
}

// postSetup calls setup and answers when it has ended.
func (a *api) postSetup(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, _, err := a.control.Metrics(); err != nil {
		return nil, notYet(err)
	}
	data, err := a.control.RunSetup(r.Context())
	if err != nil {
		return nil, err
	}
	return setupDocument(data), nil
}

// postTeardown calls teardown and answers, with nothing, when it has ended.
func (a *api) postTeardown(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, _, err := a.control.Metrics(); err != nil {
		return nil, notYet(err)
	}
	return nil, a.control.RunTeardown(r.Context())
}
