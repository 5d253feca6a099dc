package k6http

import (
	"net/http"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/cookies"
)

// jarOf is the jar of a call: its own, or the virtual user's.
func (c *client) jarOf(k *call) *cookies.Jar {
	if k.jar != nil {
		return k.jar
	}
	return &c.vu.Cookies
}

// keepCookies puts into a jar what the response of a hop sets.
func (h *hop) keepCookies(j *cookies.Jar) {
	if h.res.Field("set-cookie") == nil {
		return
	}
	if set := h.setCookies(); len(set) > 0 {
		j.Set(h.target.parsed, set)
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

// cookieHeader is the header field Cookie of a hop: what the script gave for
// this request and what the jar holds. A cookie of the script's that replaces
// takes the place of those of its name.
func (k *call) cookieHeader(j *cookies.Jar, h *hop, same bool) string {
	kept := j.Cookies(h.target.parsed)
	if len(kept) == 0 && len(k.cookies) == 0 {
		return ""
	}
	var parts []string
	if same {
		for _, c := range k.cookies {
			parts = append(parts, cookies.Pair(c.name, c.value))
		}
	}
	for _, c := range kept {
		if !same || !k.replaces(c.Name) {
			parts = append(parts, cookies.Pair(c.Name, c.Value))
		}
	}
	return strings.Join(parts, "; ")
}
