package k6http

import (
	"slices"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/k6html"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// pages are what the methods of Response that read HTML share within a
// virtual user. All is made on first use.
type pages struct {
	parser  *k6html.Parser
	methods map[string]sobek.Value
}

// pageMethod is Response.html, Response.clickLink or Response.submitForm, the
// same function for all responses of a virtual user.
func (m *module) pageMethod(name string) sobek.Value {
	if v, ok := m.pages.methods[name]; ok {
		return v
	}
	method := map[string]func(*response, sobek.Value) sobek.Value{
		"html": (*response).html, "clickLink": (*response).clickLink, "submitForm": (*response).submitForm,
	}[name]
	v := m.vu.Runtime.ToValue(func(call sobek.FunctionCall) sobek.Value {
		if o, ok := call.This.(*sobek.Object); ok {
			if r, ok := o.Export().(*response); ok {
				return method(r, call.Argument(0))
			}
		}
		panic(m.vu.Runtime.NewTypeError("%s() must be called on a response", name))
	})
	if m.pages.methods == nil {
		m.pages.methods = make(map[string]sobek.Value)
	}
	m.pages.methods[name] = v
	return v
}

// page is the body of a response, which a method needs.
func (r *response) page(method string) string {
	if r.hop.res.Body == nil {
		r.module.vu.Throw("%s(): the response to %s %s has no body (status %d, error %q)", method, r.hop.method, r.hop.target.url, r.hop.res.Status, r.hop.errorText())
	}
	return string(r.hop.res.Body)
}

// base is the URL that the links of the page start from.
func (r *response) base() string { return r.hop.target.parsed.String() }

// html is Response.html(selector): a selection of the page, or of what a
// selector matches in it.
func (r *response) html(selector sobek.Value) sobek.Value {
	m := r.module
	if m.pages.parser == nil {
		m.pages.parser = k6html.New(m.vu)
	}
	document, err := m.pages.parser.Parse(r.page("html"), r.base())
	if err != nil {
		m.vu.Throw("html(): the response to %s %s: %v", r.hop.method, r.hop.target.url, err)
	}
	if vu.Absent(selector) {
		return document
	}
	find, _ := sobek.AssertFunction(document.ToObject(m.vu.Runtime).Get("find"))
	found, err := find(document, selector)
	if err != nil {
		panic(err)
	}
	return found
}

// clickLink is Response.clickLink({selector, params}): a GET of what a link of
// the page leads to.
func (r *response) clickLink(arg sobek.Value) sobek.Value {
	m := r.module
	args := m.pageArgs("clickLink", arg, "selector", "params")
	target, err := k6html.LinkTarget(r.page("clickLink"), r.base(), args.text("selector"))
	if err != nil {
		m.vu.Throw("clickLink(): the response to %s %s: %v", r.hop.method, r.hop.target.url, err)
	}
	return m.do("GET", m.vu.Runtime.ToValue(target), nil, args.get("params"))
}

// submitForm is Response.submitForm({formSelector, fields, submitSelector,
// params}): the request with which a browser submits a form of the page.
func (r *response) submitForm(arg sobek.Value) sobek.Value {
	m := r.module
	args := m.pageArgs("submitForm", arg, "formSelector", "fields", "submitSelector", "params")
	form, err := k6html.FormRequest(r.page("submitForm"), r.base(), k6html.FormArgs{
		Form: args.text("formSelector"), Submit: args.text("submitSelector"), Fields: args.fields("fields")})
	if err != nil {
		m.vu.Throw("submitForm(): the response to %s %s: %v", r.hop.method, r.hop.target.url, err)
	}
	m.vu.OnlyRunning("submitForm()")
	k := m.parse(form.Method, m.vu.Runtime.ToValue(form.URL), nil, args.get("params"))
	if form.ContentType != "" {
		k.body = []byte(form.Body)
		if !k.has("Content-Type") {
			k.header = append(k.header, field{"Content-Type", form.ContentType})
		}
	}
	m.client.send(m.vu.Bound(), k)
	return m.finish(k)
}

// pageArgs are the arguments of clickLink or submitForm: one object.
type pageArgs struct {
	vu     *vu.VU
	method string
	object *sobek.Object // nil: there are none
}

func (m *module) pageArgs(method string, arg sobek.Value, known ...string) pageArgs {
	a := pageArgs{vu: m.vu, method: method}
	if vu.Absent(arg) {
		return a
	}
	o, ok := arg.(*sobek.Object)
	if !ok {
		panic(m.vu.Runtime.NewTypeError("%s() needs an object with %s, and got %s", method, strings.Join(known, ", "), arg))
	}
	for _, key := range o.Keys() {
		if !slices.Contains(known, key) {
			panic(m.vu.Runtime.NewTypeError("%s(): there is no argument %q: there are %s", method, key, strings.Join(known, ", ")))
		}
	}
	a.object = o
	return a
}

func (a pageArgs) get(key string) sobek.Value {
	if a.object == nil {
		return nil
	}
	return a.object.Get(key)
}

func (a pageArgs) text(key string) string {
	v := a.get(key)
	if vu.Absent(v) {
		return ""
	}
	s, ok := v.Export().(string)
	if !ok {
		panic(a.vu.Runtime.NewTypeError("%s(): %s must be a string, and is %s", a.method, key, v))
	}
	return s
}

// fields are the fields to fill in. An array gives a field several values;
// nothing gives it an empty one.
func (a pageArgs) fields(key string) []k6html.Field {
	v := a.get(key)
	if vu.Absent(v) {
		return nil
	}
	o, ok := v.(*sobek.Object)
	if !ok {
		panic(a.vu.Runtime.NewTypeError("%s(): %s must be an object, and is %s", a.method, key, v))
	}
	var list []k6html.Field
	for _, name := range o.Keys() {
		field := k6html.Field{Name: name}
		value := o.Get(name)
		if items, ok := value.(*sobek.Object); ok && items.ClassName() == "Array" {
			a.vu.Runtime.ForOf(items, func(e sobek.Value) bool {
				field.Values = append(field.Values, fieldValue(e))
				return true
			})
		} else {
			field.Values = []string{fieldValue(value)}
		}
		list = append(list, field)
	}
	return list
}

func fieldValue(v sobek.Value) string {
	if vu.Absent(v) {
		return ""
	}
	return v.String()
}
