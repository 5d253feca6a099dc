// Package cookies keeps the cookies of virtual users.
package cookies

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Jar keeps cookies. It is safe for concurrent use; the zero value is empty.
type Jar struct {
	mu   sync.Mutex
	kept *cookiejar.Jar // nil while it is empty
}

// Set puts cookies in as a response from u would.
func (j *Jar) Set(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.kept == nil {
		j.kept, _ = cookiejar.New(nil) // it fails for no options
	}
	j.kept.SetCookies(u, cookies)
}

// Cookies are those to send to u.
func (j *Jar) Cookies(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.kept == nil {
		return nil
	}
	return j.kept.Cookies(u)
}

// Forget empties the jar.
func (j *Jar) Forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.kept = nil
}

// Remove deletes the cookies that would be sent to u: the named one, or all.
func (j *Jar) Remove(u *url.URL, name string) {
	for _, c := range j.Cookies(u) {
		if name != "" && c.Name != name {
			continue
		}
		// A jar does not tell where a cookie was set: it may be for the host or
		// for one of its domains, and for any path above.
		for path := u.Path; ; path = path[:strings.LastIndexByte(path, '/')] {
			j.expire(u, c.Name, path)
			if path == "" || path == "/" {
				break
			}
		}
	}
}

func (j *Jar) expire(u *url.URL, name, path string) {
	if path == "" {
		path = "/"
	}
	gone := func(domain string) *http.Cookie {
		return &http.Cookie{Name: name, Path: path, Domain: domain, MaxAge: -1, Expires: time.Unix(1, 0)}
	}
	list := []*http.Cookie{gone("")}
	for domain := u.Hostname(); strings.Contains(domain, "."); _, domain, _ = strings.Cut(domain, ".") {
		list = append(list, gone(domain))
	}
	j.Set(u, list)
}

// Pair writes a cookie as it is sent, quoted where that is needed.
func Pair(name, value string) string {
	return (&http.Cookie{Name: name, Value: value}).String()
}
