package extension_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// file writes a file and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "targets")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAttackTargets gives targets in every form, with $URL for the server, and
// compares the first requests that arrive, one after the other.
func TestAttackTargets(t *testing.T) {
	for _, tt := range []struct {
		name, targets, format, file string
		want                        []string
	}{
		{name: "array", targets: `[__ENV.URL + '/a?b=1', {url: __ENV.URL + '/b', method: 'post', header: {'x-a': 1, Host: 'shop.example'}, body: {c: 1}}, {url: __ENV.URL, method: 'PUT', body: new Uint8Array([65, 66]).buffer}]`,
			want: []string{"GET /a?b=1", `POST /b X-A=1 host=shop.example {"c":1}`, "PUT / AB", "GET /a?b=1"}},
		{name: "function", targets: `(n) => n % 2 ? __ENV.URL + '/' + n : {url: __ENV.URL, header: {'X-A': n}, body: 'b'}`,
			want: []string{"GET / X-A=0 b", "GET /1", "GET / X-A=2 b", "GET /3"}},
		{name: "http file", format: "http", file: "# two\nGET $URL/a\nX-A: 1\n\nPOST $URL/b\n@$BODY\n",
			want: []string{"GET /a X-A=1", "POST /b a body", "GET /a X-A=1", "POST /b a body"}},
		{name: "json file", format: "json", file: `{"method":"GET","url":"$URL/a","header":{"X-A":["1"]}}` + "\n" + `{"method":"POST","url":"$URL/b","body":"aGk="}`,
			want: []string{"GET /a X-A=1", "POST /b hi", "GET /a X-A=1", "POST /b hi"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var mu sync.Mutex
			var got []string
			targets := tt.targets
			var said []string
			answer := func(w http.ResponseWriter, r *http.Request) { got = append(got, describe(&mu, r)) }
			if tt.file != "" {
				body := file(t, "a body")
				path := file(t, "")
				targets = fmt.Sprintf(`{file: %q, format: %q}`, path, tt.format)
				withURL(t, answer, path, strings.ReplaceAll(tt.file, "$BODY", body), targets, &said)
			} else {
				said = runAgainst(t, answer, attackOnce(targets))
			}
			if len(said) != 1 || said[0] != "4 1" || !slices.Equal(got, tt.want) {
				t.Errorf("the script said %q, and the server got\n%q, want\n%q", said, got, tt.want)
			}
		})
	}
}

// attackOnce is a script that sends four requests, slowly, so that they arrive
// in their order.
func attackOnce(targets string) string {
	return `import { attack } from 'k6/x/artisan';
		export default async function () {
			const r = await attack({ rate: 20, duration: '200ms', targets: ` + targets + ` });
			console.log(r.requests, r.success);
		}`
}

// withURL runs the script against a server whose URL is to be in a file.
func withURL(t *testing.T, h http.HandlerFunc, path, text, targets string, said *[]string) {
	t.Helper()
	*said = runAgainst(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/where" {
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "$URL", "http://"+r.Host)), 0o600); err != nil {
				t.Error(err)
			}
			return
		}
		h(w, r)
	}, `import http from 'k6/http';
		export function setup() { http.get(__ENV.URL + '/where'); }
		`+attackOnce(targets))
}

// describe writes down a request.
func describe(mu *sync.Mutex, r *http.Request) string {
	mu.Lock()
	defer mu.Unlock()
	body, err := io.ReadAll(r.Body)
	text := r.Method + " " + r.URL.String()
	if v := r.Header.Get("X-A"); v != "" {
		text += " X-A=" + v
	}
	if !strings.HasPrefix(r.Host, "127.0.0.1") {
		text += " host=" + r.Host
	}
	if len(body) > 0 {
		text += " " + string(body)
	}
	if err != nil {
		text += " " + err.Error()
	}
	return text
}
