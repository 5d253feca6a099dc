package wsconn

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for _, tt := range []struct {
		raw, url, told, host string
		port                 uint16
		web, user            string
	}{
		{"ws://example.com", "ws://example.com/", "ws://example.com", "example.com", 80, "http://example.com/", ""},
		{"WSS://Example.COM:443/a b?q=ü", "wss://example.com/a%20b?q=%C3%BC", "WSS://Example.COM:443/a b?q=ü", "example.com", 443, "https://example.com/a%20b?q=%C3%BC", ""},
		{"http://[::1]:8080/x/../y", "ws://[::1]:8080/y", "http://[::1]:8080/x/../y", "::1", 8080, "http://[::1]:8080/y", ""},
		{"https:\\\\h:80", "wss://h:80/", "https:\\\\h:80", "h", 80, "https://h:80/", ""},
		{"ws://bücher.test/", "ws://xn--bcher-kva.test/", "ws://bücher.test/", "xn--bcher-kva.test", 80, "http://xn--bcher-kva.test/", ""},
		{"ws://ann:p%40s@h/p", "ws://ann:p%40s@h/p", "ws://****:****@h/p", "h", 80, "http://h/p", "ann:p%40s"},
	} {
		a, err := ParseAddress(tt.raw)
		if err != nil {
			t.Errorf("%q: %v", tt.raw, err)
			continue
		}
		user := ""
		if a.user != nil {
			user = a.user.String()
		}
		if a.URL != tt.url || a.told != tt.told || a.host != tt.host || a.port != tt.port || a.web().String() != tt.web || user != tt.user {
			t.Errorf("%q: got %q %q %q %d %q %q, want %+v", tt.raw, a.URL, a.told, a.host, a.port, a.web(), user, tt)
		}
	}
	for raw, want := range map[string]string{
		"":                  "no absolute URL",
		"//host/path":       "no absolute URL",
		"ws://":             "no absolute URL",
		"ws://h:70000":      "no absolute URL",
		"ws://h:0":          `"0" is no port`,
		"file:///etc/hosts": "the scheme of a WebSocket is ws or wss, and not file",
		"data:text,x":       "and not data",
		"ws://h/#":          "has no fragment",
		"wss://h/p#part":    "has no fragment",
	} {
		if _, err := ParseAddress(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", raw, err, want)
		}
	}
}

// FuzzParseAddress holds that what is accepted is written in a form that is
// accepted too, and means the same.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ws://a", "wss://u:p@h:1/p?q", "http://[::1%25x]", "ws://%41/", "ws://h/%zz", "https://a\\b", "ws://1.2.3", "ws://h:0", "ws://a/^"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		a, err := ParseAddress(raw)
		if err != nil {
			return
		}
		if a.host == "" || a.port == 0 || strings.Contains(a.plain.String(), "@") && a.plain.User != nil {
			t.Errorf("%q: got %+v", raw, a)
		}
		b, err := ParseAddress(a.URL)
		if err != nil || b.URL != a.URL || b.host != a.host || b.port != a.port || b.secure != a.secure || b.plain.String() != a.plain.String() {
			t.Errorf("%q: got %+v, and %+v (%v) of that", raw, a, b, err)
		}
	})
}
