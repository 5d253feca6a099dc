package script

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// addHeaderHandlers adds the paths that tell what they were sent, or answer
// with what they are told to.
func addHeaderHandlers(mux *http.ServeMux) {
	mux.HandleFunc("/headers", tellHeaders)
	mux.HandleFunc("/multipart", tellForm)
	mux.HandleFunc("/answer", func(w http.ResponseWriter, r *http.Request) { // with header fields: ?Name=value
		for name, values := range r.URL.Query() {
			w.Header()[name] = values
		}
		fmt.Fprint(w, "answered")
	})
	mux.HandleFunc("/to/{code}", func(w http.ResponseWriter, r *http.Request) { // redirects to ?url=
		code, _ := strconv.Atoi(r.PathValue("code"))
		w.Header().Set("Location", r.URL.Query().Get("url"))
		w.WriteHeader(code)
	})
	mux.HandleFunc("/cookies/{path...}", func(w http.ResponseWriter, r *http.Request) { // sets ?set=, tells what came
		for _, line := range r.URL.Query()["set"] {
			w.Header().Add("Set-Cookie", line)
		}
		fmt.Fprint(w, strings.Join(r.Header["Cookie"], " | "))
	})
}

// tellHeaders answers with all of a request, its fields sorted by name.
func tellHeaders(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	lines := []string{r.Method + " " + r.URL.RequestURI() + " " + r.Proto, "Host: " + r.Host}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			lines = append(lines, name+": "+value)
		}
	}
	fmt.Fprint(w, strings.Join(append(lines, "", string(body)), "\n"))
}

// tellForm answers with the parts of a form of type multipart/form-data.
func tellForm(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	list := []map[string]string{}
	for {
		p, err := parts.NextPart()
		if err != nil {
			break
		}
		body, _ := io.ReadAll(p)
		list = append(list, map[string]string{"disposition": p.Header.Get("Content-Disposition"), "type": p.Header.Get("Content-Type"), "body": string(body)})
	}
	_ = json.NewEncoder(w).Encode(list)
}
