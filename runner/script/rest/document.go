package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// document is a JSON:API document: one resource, or a list of them.
type document struct {
	Data any `json:"data"`
}

// resource is a JSON:API resource.
type resource struct {
	Type          string                  `json:"type"`
	ID            string                  `json:"id"`
	Attributes    any                     `json:"attributes"`
	Relationships map[string]relationship `json:"relationships,omitempty"`
}

// relationship is how a resource refers to others: to one, which may be null,
// or to a list.
type relationship struct {
	Data any `json:"data"`
}

// identifier refers to a resource.
type identifier struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// problem is why a request could not be answered.
type problem struct {
	status int
	detail string
}

func (p *problem) Error() string { return p.detail }

func wrong(status int, format string, args ...any) error {
	return &problem{status, fmt.Sprintf(format, args...)}
}

// notYet is what a run answers before it is initialised.
func notYet(err error) error { return &problem{http.StatusServiceUnavailable, err.Error()} }

// errorObject is a JSON:API error.
type errorObject struct {
	Status string `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

// answer sends a document, or what is wrong. No document is an empty answer.
func answer(w http.ResponseWriter, document any, err error) {
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
		var p *problem
		if errors.As(err, &p) {
			status = p.status
		}
		document = map[string][]errorObject{"errors": {{strconv.Itoa(status), http.StatusText(status), err.Error()}}}
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout)) // every connection of net/http can
	if document == nil {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(document)
	if err != nil {
		http.Error(w, "write the answer as JSON: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.api+json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client has gone: nobody is there to be told
}

// body reads the body of a request.
func body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout))
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, wrong(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", large.Limit)
	case err != nil:
		return nil, wrong(http.StatusBadRequest, "read the body: %v", err)
	}
	return text, nil
}

// allowed are the methods of a path, as the header Allow lists them.
func (r route) allowed() string {
	methods := slices.Collect(maps.Keys(r.methods))
	if r.methods[http.MethodGet] != nil {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// number is a number as JSON can have it: only finite ones.
func number(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}
