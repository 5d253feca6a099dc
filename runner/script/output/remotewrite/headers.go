package remotewrite

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// reserved are the headers that say what the body of a request is.
var reserved = []string{"Content-Encoding", "Content-Type", "Content-Length", "Transfer-Encoding", "X-Prometheus-Remote-Write-Version"}

// readHeaders reads the headers that requests carry besides those of the
// protocol.
func (c *Config) readHeaders(env map[string]string) error {
	c.header = http.Header{"User-Agent": {"headroom"}}
	if list := env[prefix+"HTTP_HEADERS"]; list != "" {
		for item := range strings.SplitSeq(list, ",") {
			name, value, ok := strings.Cut(item, ":")
			if !ok {
				return fmt.Errorf("%sHTTP_HEADERS: %q lacks its value: write them like \"X-One:1,X-Two:2\"", prefix, strings.TrimSpace(item))
			}
			if err := c.setHeader(prefix+"HTTP_HEADERS", name, value); err != nil {
				return err
			}
		}
	}
	for _, variable := range slices.Sorted(maps.Keys(env)) {
		if name, ok := strings.CutPrefix(variable, prefix+"HEADERS_"); ok {
			if err := c.setHeader(variable, name, env[variable]); err != nil {
				return err
			}
		}
	}
	return nil
}

// setHeader does not tell the value if it is wrong: it may be a secret.
func (c *Config) setHeader(variable, name, value string) error {
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	canonical := http.CanonicalHeaderKey(name)
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return fmt.Errorf("%s: %q is no name of a header", variable, name)
	case !httpguts.ValidHeaderFieldValue(value):
		return fmt.Errorf("%s: the value of %s is none that a header can have", variable, canonical)
	case slices.Contains(reserved, canonical):
		return fmt.Errorf("%s: the header %s belongs to the protocol and cannot be set", variable, canonical)
	case canonical == "Host":
		c.host = value
	default:
		c.header.Set(canonical, value)
	}
	return nil
}

// authorize says who sends.
func (c *Config) authorize(env map[string]string) error {
	user, password, token := env[prefix+"USERNAME"], env[prefix+"PASSWORD"], env[prefix+"BEARER_TOKEN"]
	switch {
	case token != "" && (user != "" || password != ""):
		return fmt.Errorf("%[1]sBEARER_TOKEN and %[1]sUSERNAME exclude each other: set one of them", prefix)
	case user == "" && password != "":
		return fmt.Errorf("%[1]sPASSWORD is set without %[1]sUSERNAME", prefix)
	case (user != "" || token != "") && c.header.Get("Authorization") != "":
		return errors.New("there is a header Authorization besides a user name or a token: set one of them")
	case user != "":
		c.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	case token != "":
		if !httpguts.ValidHeaderFieldValue(token) {
			return fmt.Errorf("%sBEARER_TOKEN is none that a header can carry", prefix)
		}
		c.header.Set("Authorization", "Bearer "+token)
	}
	return nil
}
