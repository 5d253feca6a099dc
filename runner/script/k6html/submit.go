package k6html

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Field is a form field that a script sets.
type Field struct {
	Name   string
	Values []string
}

// FormArgs say which form is submitted, and how.
type FormArgs struct {
	Form   string  // the selector of the form; "": the first one
	Submit string  // the selector of the button in it; "": the first of type submit, if there is one
	Fields []Field // what is filled in
}

// FormSubmission is the request that submits a form.
type FormSubmission struct {
	Method      string // GET or POST
	URL         string
	ContentType string // of the body; "" if there is none
	Body        string
}

// LinkTarget is the URL that clicking a link of a page leads to. The link is
// the first element that the selector matches ("": the first link).
func LinkTarget(source, base, selector string) (string, error) {
	if selector == "" {
		selector = "a[href]"
	}
	p, err := parsePage(source, base)
	if err != nil {
		return "", err
	}
	n, err := p.one(selector)
	if err != nil {
		return "", fmt.Errorf("there is no link to click: %w", err)
	}
	href, ok := attr(n, "href")
	if !ok {
		return "", fmt.Errorf("there is no link to click: the selector %q matches <%s>, which has no href", selector, n.Data)
	}
	u, err := p.target(href)
	if err != nil {
		return "", fmt.Errorf("the link that the selector %q matches: %w", selector, err)
	}
	return u.String(), nil
}

// one is the first element of the page that a selector matches.
func (p *page) one(selector string) (*html.Node, error) {
	m, err := compile(selector)
	if err != nil {
		return nil, err
	}
	if n := m.MatchFirst(p.root); n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("the selector %q matches nothing on the page", selector)
}

// target is a URL that a request can be sent to. Fragments are not sent.
func (p *page) target(ref string) (*url.URL, error) {
	u, err := p.resolve(ref)
	if err != nil {
		return nil, err
	}
	if scheme(u.Scheme+":", "") == "" {
		return nil, fmt.Errorf("it leads to %q, which is no HTTP URL", ref)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// FormRequest is the request with which a browser submits a form of a page
// (HTML standard, "form submission algorithm").
func FormRequest(source, base string, args FormArgs) (FormSubmission, error) {
	if args.Form == "" {
		args.Form = "form"
	}
	p, err := parsePage(source, base)
	if err != nil {
		return FormSubmission{}, err
	}
	form, err := p.one(args.Form)
	if err != nil {
		return FormSubmission{}, fmt.Errorf("there is no form to submit: %w", err)
	}
	if !is(form, "form") {
		return FormSubmission{}, fmt.Errorf("there is no form to submit: the selector %q matches <%s>", args.Form, form.Data)
	}
	button, err := buttonOf(form, args.Submit)
	if err != nil {
		return FormSubmission{}, fmt.Errorf("the form that the selector %q matches cannot be submitted: %w", args.Form, err)
	}
	s, err := p.submission(form, button, args.Fields)
	if err != nil {
		return FormSubmission{}, fmt.Errorf("the form that the selector %q matches cannot be submitted: %w", args.Form, err)
	}
	return s, nil
}

// buttonOf is the button of a form that a selector matches. Without a selector
// it is the first of type submit, or none.
func buttonOf(form *html.Node, selector string) (*html.Node, error) {
	given := selector != ""
	if !given {
		selector = `[type="submit"]`
	}
	m, err := compile(selector)
	if err != nil {
		return nil, err
	}
	n := first(below(rootOf(form), func(d *html.Node) bool {
		return m.Match(d) && (contains(form, d) || formOf(d) == form) && (given || submits(d))
	}))
	switch {
	case !given:
		return n, nil
	case n == nil:
		return nil, fmt.Errorf("the selector %q matches nothing in it", selector)
	case !submits(n):
		return nil, fmt.Errorf("the selector %q matches <%s>, which is no button that submits a form", selector, n.Data)
	}
	return n, nil
}

// submission makes the request of a form.
func (p *page) submission(form, button *html.Node, fields []Field) (FormSubmission, error) {
	setting := func(name string) string { return p.setting(form, button, name) }
	action := p.address()
	if ref := setting("action"); ref != "" {
		action = ref
	}
	u, err := p.target(action)
	if err != nil {
		return FormSubmission{}, fmt.Errorf("its action: %w", err)
	}
	list := entriesOf(form, button)
	for _, f := range fields {
		list = override(list, f)
	}
	switch strings.ToLower(setting("method")) {
	case "dialog":
		return FormSubmission{}, fmt.Errorf("its method is dialog, which sends nothing")
	case "post":
		s := FormSubmission{Method: "POST", URL: u.String()}
		s.Body, s.ContentType, err = encodeBody(list, strings.ToLower(setting("enctype")), emptyFiles(form, fields))
		return s, err
	}
	u.RawQuery, u.ForceQuery = encodeURL(list), len(list) == 0
	return FormSubmission{Method: "GET", URL: u.String()}, nil
}

// setting is an attribute of a form, unless its button says otherwise.
func (p *page) setting(form, button *html.Node, name string) string {
	if button != nil {
		if v, ok := attr(button, "form"+name); ok {
			return v
		}
	}
	return attrOr(form, name, "")
}

// emptyFiles are the names of the file inputs that a script does not fill in.
func emptyFiles(form *html.Node, fields []Field) map[string]bool {
	files := make(map[string]bool)
	for _, n := range controlsOf(form) {
		name := attrOr(n, "name", "")
		set := slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name })
		if isInput(n, "file") && !set {
			files[name] = true
		}
	}
	return files
}

func encodeBody(list []entry, enctype string, files map[string]bool) (body, contentType string, err error) {
	switch enctype {
	case multiParts:
		return encodeParts(list, files)
	case plainText:
		return encodePlain(list), plainText, nil
	}
	return encodeURL(list), urlEncoded, nil
}
