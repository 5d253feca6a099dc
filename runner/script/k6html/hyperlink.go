package k6html

import (
	"net/url"

	"golang.org/x/net/html"
	"golang.org/x/net/idna"
)

// hrefProperties are the parts of a hyperlink's URL. Those of a link without a
// URL are empty.
var hrefProperties = map[string]property{
	"href": func(at *page, n *html.Node) any {
		if href, ok := attr(n, "href"); ok {
			return at.resolved(href)
		}
		return ""
	},
	"text":     allText,
	"hash":     part(func(u *url.URL) string { return prefixed("#", u.EscapedFragment()) }),
	"host":     part(func(u *url.URL) string { return u.Host }),
	"hostname": part(hostname),
	"origin":   part(origin),
	"password": part(func(u *url.URL) string { return userPart(u, true) }),
	"pathname": part(func(u *url.URL) string { return u.Opaque + u.EscapedPath() }),
	"port":     part((*url.URL).Port),
	"protocol": func(at *page, n *html.Node) any {
		if u := hrefOf(at, n); u != nil {
			return u.Scheme + ":"
		}
		return ":"
	},
	"search":   part(func(u *url.URL) string { return prefixed("?", u.RawQuery) }),
	"username": part(func(u *url.URL) string { return userPart(u, false) }),
}

// part makes a property of a part of a hyperlink's URL.
func part(get func(*url.URL) string) property {
	return func(at *page, n *html.Node) any {
		if u := hrefOf(at, n); u != nil {
			return get(u)
		}
		return ""
	}
}

func hrefOf(at *page, n *html.Node) *url.URL {
	href, ok := attr(n, "href")
	if !ok {
		return nil
	}
	u, err := at.resolve(href)
	if err != nil {
		return nil
	}
	return u
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func hostname(u *url.URL) string {
	host := u.Hostname()
	if len(host) < len(u.Host) && u.Host[0] == '[' {
		return "[" + host + "]"
	}
	return host
}

// origin is where a URL leads to, written in Unicode; only those of the web
// have one that can be told.
func origin(u *url.URL) string {
	if scheme(u.Scheme+":", "") == "" {
		return "null"
	}
	host, err := idna.Display.ToUnicode(hostname(u))
	if err != nil {
		host = hostname(u)
	}
	return u.Scheme + "://" + host + prefixed(":", u.Port())
}

// userPart is the user name or the password of a URL as it is written in it.
func userPart(u *url.URL, password bool) string {
	if u.User == nil {
		return ""
	}
	if !password {
		return url.User(u.User.Username()).String()
	}
	p, _ := u.User.Password()
	return url.User(p).String()
}

// baseHref is the URL that a <base> gives, relative to the page's own.
func baseHref(at *page, n *html.Node) any {
	href := attrOr(n, "href", "")
	u, err := parseURL(href, at.url)
	if err != nil {
		return href
	}
	return u.String()
}
