// Package wsconn is the WebSocket connection (RFC 6455) that the modules
// k6/websockets and k6/ws have in common: how it is asked for, opened, read,
// written, closed and measured.
package wsconn

import (
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"golang.org/x/net/http/httpguts"

	"github.com/artisan-platform/headroom/runner/script/cookies"
	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Request is what a script asked for. It does not change once it is made.
type Request struct {
	address   *Address
	protocols []string
	insist    bool // on one of protocols
	header    http.Header
	compress  bool
	jar       *cookies.Jar
	tags      map[string]string
	name      string // the tag name; "" if the script gave none
	group     string
	scenario  string    // "" outside of scenarios
	due       time.Time // zero: when it starts
}

// NewRequest reads the arguments of a function of a script, which is called
// what. A mistake throws, and a host that load may not be sent to ends the
// run. The server must choose one of protocols, unless there are none.
func NewRequest(v *vu.VU, what string, a *Address, protocols []string, params sobek.Value) *Request {
	r := &Request{address: a, protocols: protocols, insist: len(protocols) > 0, header: make(http.Header), jar: &v.Cookies, group: v.Group}
	if v.Scenario != nil {
		r.scenario = v.Scenario.Name
	}
	if !vu.Absent(params) {
		o, ok := params.(*sobek.Object)
		if !ok {
			panic(v.Runtime.NewTypeError("%s: params must be an object, and is %s", what, vu.Kind(params)))
		}
		r.parse(v, what, o)
	}
	r.complete(v)
	r.permit(v, what)
	r.due, v.Due = v.Due, time.Time{}
	return r
}

// complete adds the header fields that the script did not give itself.
func (r *Request) complete(v *vu.VU) {
	if _, given := r.header["User-Agent"]; !given {
		r.header.Set("User-Agent", v.Test.Options.HTTP.UserAgent) // "" has none be sent
	}
	if _, given := r.header["Authorization"]; !given && r.address.user != nil {
		password, _ := r.address.user.Password()
		r.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(r.address.user.Username()+":"+password)))
	}
	var pairs []string
	if given := r.header.Get("Cookie"); given != "" {
		pairs = append(pairs, given)
	}
	for _, c := range r.jar.Cookies(r.address.web()) {
		pairs = append(pairs, cookies.Pair(c.Name, c.Value))
	}
	if len(pairs) > 0 {
		r.header.Set("Cookie", strings.Join(pairs, "; "))
	}
}

func (r *Request) parse(v *vu.VU, what string, params *sobek.Object) {
	for _, key := range params.Keys() {
		value := params.Get(key)
		if vu.Absent(value) {
			continue
		}
		switch key {
		case "headers":
			r.parseHeaders(v, what, value.ToObject(v.Runtime))
		case "tags":
			r.parseTags(v.ExportTags(value))
		case "jar":
			r.jar = k6http.JarOf(v, value)
		case "compression":
			r.compress = parseCompression(v, what, value.String())
		default:
			v.Test.WarnOnce(what + ": params." + key + " is not known and has no effect: there are compression, headers, jar, tags")
		}
	}
}

func parseCompression(v *vu.VU, what, name string) bool {
	if name != "" && name != "deflate" {
		v.Throw("%s: params.compression %q is not supported: there is deflate", what, name)
	}
	return name != ""
}

// ours are the header fields that make up the handshake, and those of a body,
// which it does not have.
var ours = []string{
	"Connection", "Content-Length", "Sec-Websocket-Extensions", "Sec-Websocket-Key", "Sec-Websocket-Version",
	"Trailer", "Transfer-Encoding", "Upgrade",
}

func (r *Request) parseHeaders(v *vu.VU, what string, headers *sobek.Object) {
	for _, key := range headers.Keys() {
		value := headers.Get(key)
		if vu.Absent(value) {
			continue
		}
		name, text := textproto.CanonicalMIMEHeaderKey(key), value.String()
		switch {
		case !httpguts.ValidHeaderFieldName(key):
			v.Throw("%s: params.headers: %q is no name for a header field", what, key)
		case !httpguts.ValidHeaderFieldValue(text):
			v.Throw("%s: params.headers: the value of %s holds a line break or another control character", what, key)
		case slices.Contains(ours, name):
			v.Throw("%s: params.headers: %s is part of the handshake and cannot be set", what, key)
		case name != "Sec-Websocket-Protocol":
			r.header.Set(name, text)
		case r.insist:
			v.Throw("%s: the subprotocols are given twice, as protocols and by params.headers", what)
		default:
			r.protocols = split(text)
		}
	}
}

// split is the list that the value of a header field is.
func split(value string) []string {
	var list []string
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func (r *Request) parseTags(tags map[string]string) {
	r.tags = tags
	if name, ok := tags["name"]; ok {
		r.name = name
		r.tags = maps.Clone(tags)
		delete(r.tags, "name")
	}
}

// permit ends the run if load may not go to where the request leads.
func (r *Request) permit(v *vu.VU, what string) {
	var foreign *network.Foreign
	if errors.As(v.Test.Network.Check(r.address.host, r.address.port), &foreign) {
		v.Refuse(what + " " + r.address.told + ": " + foreign.Error())
	}
}

// endpoint is what the request counts for.
func (r *Request) endpoint(t *vu.Test) *metric.Endpoint {
	if r.name != "" {
		return t.Endpoint(r.name)
	}
	return t.Endpoint(vu.EndpointName("WS", r.address.plain))
}
