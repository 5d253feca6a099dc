package weburl

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestParse holds the parser to the rules of the standard, a few cases for
// each state. "" is no URL.
func TestParse(t *testing.T) {
	for _, tt := range []struct{ in, base, want string }{
		// Whitespace and schemes.
		{" \x00http://h/a\tb\nc\r ", "", "http://h/abc"},
		{"HTTP://Example.COM", "", "http://example.com/"},
		{"a1+-.:x", "", "a1+-.:x"},
		{"1a:x", "", ""}, {"", "", ""}, {"/a", "", ""}, {"#f", "", ""},

		// Slashes of special schemes.
		{"http:h", "", "http://h/"}, {"http:/h", "", "http://h/"}, {`http:\\h\a\..\b`, "", "http://h/b"}, {"http:///h", "", "http://h/"},
		{"http:h", "http://base/a/b", "http://base/a/h"}, {"https:h", "http://base/a/b", "https://h/"}, {"foo:/a", "", "foo:/a"},
		{`foo://h\a`, "", ""}, {`foo:/a\b`, "", `foo:/a\b`},

		// Relative URLs.
		{"x", "http://h/a/b?q#f", "http://h/a/x"}, {"", "http://h/a/b?q#f", "http://h/a/b?q"}, {"?y", "http://h/a/b?q#f", "http://h/a/b?y"},
		{"#g", "http://h/a/b?q#f", "http://h/a/b?q#g"}, {"/x", "http://u:p@h:8/a", "http://u:p@h:8/x"}, {"//x", "http://u:p@h:8/a", "http://x/"},
		{"../../../x", "http://h/a/b/c", "http://h/x"}, {`\x`, "http://h/a/b", "http://h/x"}, {`\x`, "foo://h/a/b", `foo://h/a/\x`},
		{"x", "foo:bar", ""}, {"#x", "foo:bar?q#y", "foo:bar?q#x"}, {"//x/y", "foo://h", "foo://x/y"}, {"x#y", "foo:bar", ""},

		// Credentials.
		{"http://u@h", "", "http://u@h/"}, {"http://u:@h", "", "http://u@h/"}, {"http://:p@h", "", "http://:p@h/"}, {"http://@h", "", "http://h/"},
		{"http://a@b:c@d:e@h", "", "http://a%40b:c%40d%3Ae@h/"}, {"http://u:p@", "", ""}, {"http://ü:^|/", "", ""}, {"http://ü:^|@h", "", "http://%C3%BC:%5E%7C@h/"},

		// Hosts and ports.
		{"http://", "", ""}, {"http://:80", "", ""}, {"foo://", "", "foo://"}, {"http://h:80", "", "http://h/"}, {"https://h:80", "", "https://h:80/"},
		{"http://h:", "", "http://h/"}, {"http://h:0", "", "http://h:0/"}, {"foo://h:00080", "", "foo://h:80"}, {"http://h:65536", "", ""}, {"http://h:8x", "", ""},
		{"http://a b", "", ""}, {"http://a<b", "", ""}, {"http://a%2fb", "", ""}, {"http://%41%2E", "", "http://a./"}, {"http://a%", "", ""},
		{"foo://a%2f*!^", "", ""}, {"foo://a%2fÜ*!", "", "foo://a%2f%C3%9C*!"}, {"http://\u00ad", "", ""},
		{"http://Bücher.example", "", "http://xn--bcher-kva.example/"}, {"http://faß.de", "", "http://xn--fa-hia.de/"}, {"http://a。b", "", "http://a.b/"},
		{"http://xn--a", "", ""}, {"http://xn--ls8hü1-", "", ""}, {"http://a_b--c", "", "http://a_b--c/"},

		// IPv4 and IPv6.
		{"http://127.1", "", "http://127.0.0.1/"}, {"http://0x7f.0.0.01", "", "http://127.0.0.1/"}, {"http://4294967295", "", "http://255.255.255.255/"},
		{"http://4294967296", "", ""}, {"http://256.1.1.1", "", ""}, {"http://1.2.3.4.", "", "http://1.2.3.4/"}, {"http://1.2.3.4.5", "", ""}, {"http://a.1", "", ""},
		{"http://1.2..4", "", ""}, {"http://08.1", "", ""}, {"http://0x.0x", "", "http://0.0.0.0/"}, {"http://1.a", "", "http://1.a/"}, {"foo://127.1", "", "foo://127.1"},
		{"http://[::1]", "", "http://[::1]/"}, {"http://[1:0:0:2:0:0:0:3]", "", "http://[1:0:0:2::3]/"}, {"http://[1:0:2:0:3:0:4:0]", "", "http://[1:0:2:0:3:0:4:0]/"},
		{"http://[::FFFF:1.2.3.4]", "", "http://[::ffff:102:304]/"}, {"http://[0:0:0:0:0:0:0:0]", "", "http://[::]/"}, {"http://[1::]:8", "", "http://[1::]:8/"},
		{"http://[::1", "", ""}, {"http://[::1%25en0]", "", ""}, {"http://[1.2.3.4]", "", ""}, {"http://[::1.2.3]", "", ""}, {"http://[::01.2.3.4]", "", ""},
		{"http://[1:2:3:4:5:6:7:8:9]", "", ""}, {"foo://[::1]x", "", ""}, {"http://[:::]", "", ""}, {"foo://[1::0]", "", "foo://[1::]"},

		// Paths.
		{"http://h/a/./b/../c/.", "", "http://h/a/c/"}, {"http://h/a/%2E%2e/b/%2e", "", "http://h/b/"}, {"http://h/..", "", "http://h/"},
		{"http://h/ \"<>`{}^|ü%zz'", "", "http://h/%20%22%3C%3E%60%7B%7D%5E|%C3%BC%zz'"}, {"http://h//a//", "", "http://h//a//"},
		{"foo:/.//a", "", "foo:/.//a"}, {"foo:/a/..//b", "", "foo:/.//b"}, {"foo:a b\x01ü", "", "foo:a b%01%C3%BC"}, {"foo:a  ?q", "", "foo:a %20?q"}, {"foo://h", "", "foo://h"},

		// Queries and fragments.
		{"http://h?a 'b\"#", "", "http://h/?a%20%27b%22#"}, {"foo://h?a 'b", "", "foo://h?a%20'b"}, {"http://h/#a b`{}\"?#", "", "http://h/#a%20b%60{}%22?#"}, {"http://h/?ü?", "", "http://h/?%C3%BC?"},

		// Files.
		{"file:///a", "", "file:///a"}, {"file:a", "", "file:///a"}, {"file://localhost/a", "", "file:///a"}, {"file://h/a", "", "file://h/a"}, {`file:\\h\a`, "", "file://h/a"},
		{"file:C|/a/..", "", "file:///C:/"}, {"file:///C:/..", "", "file:///C:/"}, {"file://C:/a", "", "file:///C:/a"}, {"/b", "file:///C:/a", "file:///C:/b"}, {"b", "file:///C:/a", "file:///C:/b"},
		{"D:", "file:///C:/a", "d:"}, {"D|", "file:///C:/a", "file:///D:"}, {"D|x", "file:///C:/a", "file:///C:/D|x"}, {"/D|/x", "file:///C:/a", "file:///D:/x"},
		{"?q", "file://h/a?b", "file://h/a?q"}, {"#f", "file://h/a?b", "file://h/a?b#f"}, {"", "file://h/a?b#c", "file://h/a?b"}, {"//x", "file://h/a", "file://x/"}, {"file:", "file://h/a", "file://h/a"}, {"file://h:80/", "", ""},
		{"file:x", "http://h/", "file:///x"}, {"..", "file:///a/b/c", "file:///a/"}, {"file:..", "file:///C:/", "file:///C:/"},
	} {
		var base *URL
		if tt.base != "" {
			var ok bool
			if base, ok = Parse(tt.base, nil); !ok {
				t.Fatalf("the base %q is no URL", tt.base)
			}
		}
		u, ok := Parse(tt.in, base)
		got := ""
		if ok {
			got = u.Href()
		}
		if got != tt.want {
			t.Errorf("%q at %q: got %q, want %q", tt.in, tt.base, got, tt.want)
		}
		if base != nil && base.Href() != tt.base {
			t.Errorf("%q changed its base %q to %q", tt.in, tt.base, base.Href())
		}
	}
}

// properties of a URL, by name.
func properties(u *URL) map[string]string {
	return map[string]string{"href": u.Href(), "origin": u.Origin(), "protocol": u.Protocol(), "username": u.Username(), "password": u.Password(),
		"host": u.Host(), "hostname": u.Hostname(), "port": u.Port(), "pathname": u.Pathname(), "search": u.Search(), "hash": u.Hash()}
}

func TestProperties(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@h.example:8080/a/b?q=1#f": "hash=#f host=h.example:8080 hostname=h.example href=https://u:p@h.example:8080/a/b?q=1#f " +
			"origin=https://h.example:8080 password=p pathname=/a/b port=8080 protocol=https: search=?q=1 username=u",
		"http://h/?#":        "hash= host=h hostname=h href=http://h/?# origin=http://h password= pathname=/ port= protocol=http: search= username=",
		"mailto:a@b":         "hash= host= hostname= href=mailto:a@b origin=null password= pathname=a@b port= protocol=mailto: search= username=",
		"foo://h:1/a":        "hash= host=h:1 hostname=h href=foo://h:1/a origin=null password= pathname=/a port=1 protocol=foo: search= username=",
		"file:///a":          "hash= host= hostname= href=file:///a origin=null password= pathname=/a port= protocol=file: search= username=",
		"blob:https://h:1/x": "hash= host= hostname= href=blob:https://h:1/x origin=https://h:1 password= pathname=https://h:1/x port= protocol=blob: search= username=",
		"blob:file:///x":     "hash= host= hostname= href=blob:file:///x origin=null password= pathname=file:///x port= protocol=blob: search= username=",
		"blob:":              "hash= host= hostname= href=blob: origin=null password= pathname= port= protocol=blob: search= username=",
	} {
		u, ok := Parse(in, nil)
		if !ok {
			t.Errorf("%q is no URL", in)
			continue
		}
		var got []string
		p := properties(u)
		for _, k := range slices.Sorted(maps.Keys(p)) {
			got = append(got, k+"="+p[k])
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestSet(t *testing.T) {
	const full = "http://u:p@h:8080/a?q#f"
	for _, tt := range []struct{ in, property, value, want string }{
		{full, "protocol", "https", "https://u:p@h:8080/a?q#f"}, {full, "protocol", "WSS:whatever", "wss://u:p@h:8080/a?q#f"},
		{full, "protocol", "foo", full}, {full, "protocol", "file", full}, {full, "protocol", "0x", full}, {full, "protocol", "", full},
		{"http://h:443/", "protocol", "https", "https://h/"}, {"foo://h:0", "protocol", "bar", "bar://h:0"}, {"file:///a", "protocol", "http", "file:///a"}, {"file://h/a", "protocol", "http", "http://h/a"},
		{full, "username", "ü:", "http://%C3%BC%3A:p@h:8080/a?q#f"}, {full, "username", "", "http://:p@h:8080/a?q#f"}, {"file://h/", "username", "u", "file://h/"}, {"foo:a", "username", "u", "foo:a"},
		{full, "password", "", "http://u@h:8080/a?q#f"}, {full, "password", "@", "http://u:%40@h:8080/a?q#f"}, {"foo:///a", "password", "p", "foo:///a"},
		{full, "host", "x", "http://u:p@x:8080/a?q#f"}, {full, "host", "x:1", "http://u:p@x:1/a?q#f"}, {full, "host", "x:80", "http://u:p@x/a?q#f"}, {full, "host", "x:", "http://u:p@x:8080/a?q#f"},
		{full, "host", "x:1y", "http://u:p@x:1/a?q#f"}, {full, "host", "x:99999", "http://u:p@x:8080/a?q#f"}, {full, "host", "", full}, {full, "host", ":1", full}, {full, "host", "a b", full}, {full, "host", "x/y", "http://u:p@x:8080/a?q#f"},
		{"foo://u@h/a", "host", "", "foo://u@h/a"}, {"foo://h/a", "host", "", "foo:///a"}, {"foo:a", "host", "x", "foo:a"}, {"foo:/a", "host", "x", "foo://x/a"}, {"foo:/.//a", "host", "x", "foo://x//a"},
		{full, "hostname", "x", "http://u:p@x:8080/a?q#f"}, {full, "hostname", "x:1", full}, {full, "hostname", "[::2]", "http://u:p@[::2]:8080/a?q#f"}, {"file://h/a", "hostname", "localhost", "file:///a"}, {"file://h/a", "hostname", "", "file:///a"},
		{full, "port", "1", "http://u:p@h:1/a?q#f"}, {full, "port", "80", "http://u:p@h/a?q#f"}, {full, "port", "", "http://u:p@h/a?q#f"}, {full, "port", "9x", "http://u:p@h:9/a?q#f"}, {full, "port", "x9", full}, {full, "port", "65536", full}, {"file://h/", "port", "1", "file://h/"},
		{full, "pathname", "x/../y z?#", "http://u:p@h:8080/y%20z%3F%23?q#f"}, {full, "pathname", "", "http://u:p@h:8080/?q#f"}, {"foo:a", "pathname", "b", "foo:a"}, {"foo://h/a", "pathname", "", "foo://h"}, {"foo:/a", "pathname", "//b", "foo:/.//b"}, {"foo:/a", "pathname", "", "foo:/"},
		{full, "search", "?x y'", "http://u:p@h:8080/a?x%20y%27#f"}, {full, "search", "x#", "http://u:p@h:8080/a?x%23#f"}, {full, "search", "", "http://u:p@h:8080/a#f"}, {full, "search", "?", "http://u:p@h:8080/a?#f"}, {full, "search", "??", "http://u:p@h:8080/a??#f"},
		{"foo:a?b", "search", "'", "foo:a?'"},
		{full, "hash", "#x y", "http://u:p@h:8080/a?q#x%20y"}, {full, "hash", "", "http://u:p@h:8080/a?q"}, {full, "hash", "##", "http://u:p@h:8080/a?q##"}, {"foo:a", "hash", "b", "foo:a#b"},
	} {
		u, _ := Parse(tt.in, nil)
		if ok := u.Set(tt.property, tt.value); !ok || u.Href() != tt.want {
			t.Errorf("%s of %q to %q: got %q, %t, want %q", tt.property, tt.in, tt.value, u.Href(), ok, tt.want)
		}
	}
	if u, _ := Parse(full, nil); u.Set("origin", "x") {
		t.Error("the origin can be set")
	}
}

func TestForm(t *testing.T) {
	for in, want := range map[string][]Pair{
		"":                        nil,
		"&&":                      nil,
		"a":                       {{"a", ""}},
		"a=b=c&=&+=%2B":           {{"a", "b=c"}, {"", ""}, {" ", "+"}},
		"%C3%BC=%zz%4&x%":         {{"ü", "%zz%4"}, {"x%", ""}},
		"a=%E2%82&b=%E2%82%ACx":   {{"a", "\ufffd"}, {"b", "€x"}},
		"a=%FF%FE":                {{"a", "\ufffd\ufffd"}},
		"a=%F0%9F%92x%ED%A0%80":   {{"a", "\ufffdx\ufffd\ufffd\ufffd"}},
		"a=%EF%BB%BF":             {{"a", "\ufeff"}},
		"ü=☃":                     {{"ü", "☃"}},
		"a=%F4%90%80%80%C0%80":    {{"a", strings.Repeat("\ufffd", 6)}},
		"a=%E0%9F%80%F0%8F&b=%C2": {{"a", strings.Repeat("\ufffd", 5)}, {"b", "\ufffd"}},
	} {
		if got := ParseForm(in); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	list := []Pair{{"a b", "ü&="}, {"*-._", "!'()~"}, {"", "+%"}}
	if got, want := FormatForm(list), "a+b=%C3%BC%26%3D&*-._=%21%27%28%29%7E&=%2B%25"; got != want {
		t.Errorf("got %q, want %q", got, want)
	} else if again := ParseForm(got); !slices.Equal(again, list) {
		t.Errorf("%q is read as %q", got, again)
	}
}

// FuzzParse: what was parsed and written is parsed as the same, whatever is
// set in between.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://u:p@h:8080/a?q#f", "foo:/..//a", "file:///C|/..", "http://[::1.2.3.4]", "foo:a ?b", "http://0x7f.1", "//x", "blob:blob:http://h"} {
		f.Add(s, "http://h/a/", "pathname", "//x")
	}
	f.Fuzz(func(t *testing.T, in, base, property, value string) {
		b, ok := Parse(base, nil)
		if !ok {
			b = nil
		}
		u, ok := Parse(in, b)
		if !ok {
			return
		}
		for range 2 {
			again, ok := Parse(u.Href(), nil)
			if !ok || !maps.Equal(properties(again), properties(u)) {
				t.Fatalf("%q is parsed as %q, and that as %v, %t", in, properties(u), again, ok)
			}
			u.Set(property, value)
		}
	})
}
