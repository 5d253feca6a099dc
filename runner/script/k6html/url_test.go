package k6html

import (
	"net/url"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	const base = "http://h.example/a/b?q#f"
	for _, tt := range []struct{ ref, base, want string }{
		{"x", base, "http://h.example/a/x"},
		{"./x/../y", base, "http://h.example/a/y"},
		{"../../../x", base, "http://h.example/x"},
		{"/x", base, "http://h.example/x"},
		{"//o.example/x", base, "http://o.example/x"},
		{"?z", base, "http://h.example/a/b?z"},
		{"#z", base, "http://h.example/a/b?q#z"},
		{"", base, "http://h.example/a/b?q"},
		{" \n\tx\r y ", base, "http://h.example/a/x%20y"},
		{"h\nt\tt\rp://o.example", base, "http://o.example/"},
		{`\x\y?\z`, base, `http://h.example/x/y?\z`},
		{`/"<>{}^` + "`" + `|'`, base, "http://h.example/%22%3C%3E%7B%7D%5E%60%7C'"},
		{`?"<>'é`, base, "http://h.example/a/b?%22%3C%3E%27%C3%A9"},
		{"#\"<>`é", base, "http://h.example/a/b?q#%22%3C%3E%60%C3%A9"},
		{"/%zz%41?%zz#%zz", base, "http://h.example/%25zz%41?%zz#%25zz"},
		{"/a%2Fb{", base, "http://h.example/a%2Fb%7B"},
		{"a b:c", base, "http://h.example/a/a%20b:c"},
		{"1:2", base, "http://h.example/a/1:2"},
		{"HTTPS://H.Example:443", base, "https://h.example/"},
		{"http://h.example:443/", "", "http://h.example:443/"},
		{"http://h.example:80", "", "http://h.example/"},
		{"http://bücher.example", "", "http://xn--bcher-kva.example/"},
		{"http://under_score.example/", "", "http://under_score.example/"},
		{"http://[::1]:80/", "", "http://[::1]/"},
		{"http://u:p@h.example", "", "http://u:p@h.example/"},
		{"mailto:a@b.c", base, "mailto:a@b.c"},
		{"javascript:void(0)", base, "javascript:void(0)"},
		{"data:,a b", base, "data:,a%20b"},
		{"about:blank", "", "about:blank"},
		{"x", "", `"x": it is relative, and the URL of its page is not known`},
		{"http://", "", `"http:" is no URL: it has no host`},
		{"http:x", "", `"http:x" is no URL: it has no host`},
		{"http://a b/", "", `"http://a b/" is no URL: invalid URL escape "%20"`},
		{"http://h:x/", "", `"http://h:x/" is no URL: invalid port ":x" after host`},
	} {
		if got := parsed(t, tt.ref, tt.base); got != tt.want {
			t.Errorf("%q relative to %q: got %s, want %s", tt.ref, tt.base, got, tt.want)
		}
	}
}

// parsed is the URL or the error that comes of ref.
func parsed(t *testing.T, ref, base string) string {
	t.Helper()
	var from *url.URL
	if base != "" {
		var err error
		if from, err = url.Parse(base); err != nil {
			t.Fatal(err)
		}
	}
	u, err := parseURL(ref, from)
	if err != nil {
		return err.Error()
	}
	return u.String()
}

func TestBaseOfPage(t *testing.T) {
	for _, tt := range []struct{ html, from, want string }{
		{"", "http://h.example/d/p", "http://h.example/d/x"},
		{`<base href="/v1/">`, "http://h.example/d/p", "http://h.example/v1/x"},
		{`<base target="t"><base href="//o.example">`, "https://h.example/d/p", "https://o.example/x"},
		{`<base href="data:,x">`, "http://h.example/d/p", "http://h.example/d/x"},
		{`<base href="http://["><base href="/v1/">`, "http://h.example/d/p", "http://h.example/d/x"},
		{`<base href="http://o.example/a/">`, "", "http://o.example/a/x"},
		{"", "", "x"},
	} {
		p, err := parsePage(tt.html, tt.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.resolved("x"); got != tt.want {
			t.Errorf("%s at %q: got %s, want %s", tt.html, tt.from, got, tt.want)
		}
	}
	if _, err := parsePage("", "nowhere"); err == nil || !strings.Contains(err.Error(), "relative") {
		t.Errorf("got %v, want an error about a relative URL", err)
	}
}
