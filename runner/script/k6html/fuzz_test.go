package k6html

import (
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

var fuzzPages = []string{
	"", "<p>x", "<a href=x>1<a href=y>2", "<table><form><tr><td><input name=a></table>", "<svg><a xlink:href=#x><foreignObject><p>",
	"<select><option selected>1<optgroup><option>2</select>", "<textarea>\n\nx", "<script>a<b</script><style>x</style><plaintext>y",
	"<div data-a-b='{\"x\":1}' data-n=1e3>\u00a0&amp;<!-- c --></div>", "<!doctype html><base href=//h><template><p></template>",
	"<pre>\n\nx</pre>", "<b><p></b></p><i><table><i>",
}

var fuzzSelectors = []string{"*", "a", "form input[name=a]", ":not(p)", "p:contains('x')", "li:nth-child(2n+1)", "a[", "::", "#x > .y ~ z", ":has(:has(a))"}

// everything calls what there is on everything that there is, and returns the
// text of the document.
const everything = `(function (doc, selector) {
	const bare = ["children", "contents", "first", "last", "next", "nextAll", "nextUntil", "parent", "parents", "parentsUntil", "prev", "prevAll", "prevUntil",
		"serialize", "serializeArray", "serializeObject", "size", "text", "html", "val", "data", "toArray", "get"];
	for (const s of [doc, doc.find(selector), doc.find("*").contents()]) {
		for (const m of bare) s[m]();
		for (const m of ["children", "closest", "find", "filter", "not", "is", "has", "nextUntil", "parentsUntil", "single"]) s[m](selector);
		s.each((i, e) => {
			for (const name of names) if (name in e) e[name]();
			e.matches(selector); e.querySelectorAll(selector); e.getAttribute("x"); e.isEqualNode(e); e.contains(e);
		});
	}
	return doc.text();
})`

// propertyNames are the methods of all classes that need no arguments.
func propertyNames() []string {
	seen := map[string]bool{}
	var names []string
	for _, c := range registry().byTag {
		for ; c != nil; c = c.parent {
			for name := range c.properties {
				if !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// FuzzParseHTML looks at documents in every way. What a document says is the
// same after it is written and read again, once that is done often enough for
// HTML's own irregularities to be gone.
func FuzzParseHTML(f *testing.F) {
	for i, page := range fuzzPages {
		f.Add(page, fuzzSelectors[i%len(fuzzSelectors)])
	}
	names := propertyNames()
	f.Fuzz(func(t *testing.T, page, selector string) {
		if len(page) > 1000 || len(selector) > 200 {
			return // a document of n elements is looked at in n*n ways
		}
		v := vu.New(&vu.Test{}, 1)
		doc, err := New(v).Parse(page, "http://h.example/dir/")
		if err != nil {
			t.Skip(err)
		}
		if _, err := compile(selector); err != nil {
			selector = "*"
		}
		for name, value := range map[string]any{"doc": doc, "selector": selector, "names": names} {
			if err := v.Runtime.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		text, err := v.Runtime.RunString(everything + "(doc, selector)")
		if err != nil {
			t.Fatalf("%q, %q: %v", page, selector, err)
		}
		if p, _ := parsePage(page, ""); strings.ToValidUTF8(textContent(p.root), "") == textContent(p.root) && text.String() != textContent(p.root) {
			t.Errorf("%q: got the text %q, want %q", page, text, textContent(p.root))
		}
		if !strings.Contains(strings.ToLower(page), "<plaintext") { // nothing ends that, its own end tag neither
			settles(t, page)
		}
	})
}

// settles writes and reads a document until it stays as it is.
func settles(t *testing.T, page string) {
	t.Helper()
	before := page
	for range 20 {
		p, err := parsePage(before, "")
		if err != nil {
			return // what was written is nested more deeply than the parser allows
		}
		after := innerHTML(p.root)
		if after == before {
			return
		}
		before = after
	}
	t.Errorf("%q never stays as it is; at last it is %q", page, before)
}

// sendable tells whether a URL can be the target of a request.
func sendable(u string) bool {
	return (strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "https://")) && !strings.ContainsAny(u, " \r\n\t#\"<>")
}

// FuzzFormRequest submits forms and clicks links. What comes of it must be a
// request that can be sent.
func FuzzFormRequest(f *testing.F) {
	f.Add("<form action=/x method=post><input name=a value=1><button type=submit name=b>", "http://h.example/", "form", "", "a", "v")
	f.Add("<form enctype=multipart/form-data method=post><input type=file name=f><select name=s><option>1", "http://h.example/d/?q", "", "button", "s", "\r")
	f.Add("<table><form><tr><td><input type=range name=r></table>", "https://h.example", "form", "[type=image]", "", "")
	f.Add("<base href='//o.example/%zz'><form action='?\\\"#'><textarea name=t>\n", "http://h.example/", "form", "", "t", "é")
	f.Fuzz(func(t *testing.T, page, base, form, submit, name, value string) {
		if target, err := LinkTarget(page, base, submit); err == nil && !sendable(target) {
			t.Errorf("the link of %q leads to %q", page, target)
		}
		s, err := FormRequest(page, base, FormArgs{Form: form, Submit: submit, Fields: []Field{{name, []string{value}}}})
		switch {
		case err != nil && s != (FormSubmission{}):
			t.Errorf("an error and a request: %v, %v", err, s)
		case err != nil:
		case !sendable(s.URL):
			t.Errorf("the form of %q leads to %q", page, s.URL)
		case s.Method == "GET" && (s.Body != "" || s.ContentType != ""), s.Method == "POST" && s.ContentType == "":
			t.Errorf("%q: %+v", page, s)
		}
	})
}
