package k6http

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"
)

// jar keeps cookies. It is safe for concurrent use; the zero value is empty.
type jar struct {
	mu   sync.Mutex
	kept *cookiejar.Jar // nil while it is empty
}

// jarOf is the jar of a call: its own, or the virtual user's.
func (c *client) jarOf(k *call) *jar {
	if k.jar != nil {
		return k.jar
	}
	return c.jar
}

// set puts cookies in as a response from u would.
func (j *jar) set(u *url.URL, cookies []*http.Cookie) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.kept == nil {
		j.kept, _ = cookiejar.New(nil) // it fails for no options
	}
	j.kept.SetCookies(u, cookies)
}

// keep puts in what a response sets.
func (j *jar) keep(h *hop) {
	if h.res.Field("set-cookie") == nil {
		return
	}
	if cookies := h.setCookies(); len(cookies) > 0 {
		j.set(h.target.parsed, cookies)
	}
}

// setCookies are those that the response of a hop sets.
func (h *hop) setCookies() []*http.Cookie {
	header := make(http.Header)
	for name, value := range h.res.Fields() {
		if strings.EqualFold(string(name), "set-cookie") {
			header.Add("Set-Cookie", string(value))
		}
	}
	return (&http.Response{Header: header}).Cookies()
}

// cookies are those to send to u.
func (j *jar) cookies(u *url.URL) []*http.Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.kept == nil {
		return nil
	}
	return j.kept.Cookies(u)
}

// forget empties the jar.
func (j *jar) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.kept = nil
}

// remove deletes the cookies that would be sent to u: the named one, or all.
func (j *jar) remove(u *url.URL, name string) {
	for _, c := range j.cookies(u) {
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

func (j *jar) expire(u *url.URL, name, path string) {
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
	j.set(u, list)
}

// header is the header field Cookie of a hop: what the script gave for this
// request and what the jar holds. A cookie of the script's that replaces takes
// the place of those of its name.
func (j *jar) header(k *call, h *hop, same bool) string {
	kept := j.cookies(h.target.parsed)
	if len(kept) == 0 && len(k.cookies) == 0 {
		return ""
	}
	var parts []string
	if same {
		for _, c := range k.cookies {
			parts = append(parts, pair(c.name, c.value))
		}
	}
	for _, c := range kept {
		if !same || !k.replaces(c.Name) {
			parts = append(parts, pair(c.Name, c.Value))
		}
	}
	return strings.Join(parts, "; ")
}

// pair writes a cookie as it is sent, quoted where that is needed.
func pair(name, value string) string {
	return (&http.Cookie{Name: name, Value: value}).String()
}
