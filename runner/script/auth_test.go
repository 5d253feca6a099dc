package script

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The one user that the servers know.
const (
	theUser     = "Mufasa"
	thePassword = "Circle of Life"
)

// addAuthHandlers adds the paths that want to know who asks.
func addAuthHandlers(mux *http.ServeMux) {
	mux.HandleFunc("/basic", func(w http.ResponseWriter, r *http.Request) {
		if u, p, ok := r.BasicAuth(); !ok || u != theUser || p != thePassword {
			w.Header().Set("WWW-Authenticate", `Basic realm="tests"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, "welcome")
	})
	mux.HandleFunc("/digest/{algorithm}/{qop}", askDigest)
}

// digestNonce is the one of the tests of RFC 7616, 3.9.1.
const digestNonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"

// askDigest wants a user to prove that he knows his password (RFC 7616).
func askDigest(w http.ResponseWriter, r *http.Request) {
	algorithm, qop := r.PathValue("algorithm"), r.PathValue("qop")
	if given := digestFields(r.Header.Get("Authorization")); given["response"] != "" {
		if given["response"] == digestResponse(algorithm, r.Method, given) && given["nonce"] == digestNonce && given["uri"] == r.URL.RequestURI() {
			fmt.Fprintf(w, "welcome %s %s", given["username"], given["opaque"])
			return
		}
		w.WriteHeader(http.StatusForbidden)
		return
	}
	demand := fmt.Sprintf(`Digest realm="http-auth@example.org", algorithm=%s, nonce="%s", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`, algorithm, digestNonce)
	if qop != "none" {
		demand += fmt.Sprintf(`, qop="%s"`, qop)
	}
	w.Header().Set("WWW-Authenticate", demand)
	w.WriteHeader(http.StatusUnauthorized)
}

var digestField = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^,\s]*))`)

func digestFields(header string) map[string]string {
	fields := make(map[string]string)
	rest, ok := strings.CutPrefix(header, "Digest ")
	if !ok {
		return fields
	}
	for _, m := range digestField.FindAllStringSubmatch(rest, -1) {
		fields[m[1]] = m[2] + m[3]
	}
	return fields
}

// digestResponse is what the field response must be.
func digestResponse(algorithm, method string, given map[string]string) string {
	h := func(s string) string {
		if strings.HasPrefix(algorithm, "SHA-256") {
			sum := sha256.Sum256([]byte(s))
			return hex.EncodeToString(sum[:])
		}
		sum := md5.Sum([]byte(s))
		return hex.EncodeToString(sum[:])
	}
	a1 := h(theUser + ":http-auth@example.org:" + thePassword)
	if strings.HasSuffix(algorithm, "-sess") {
		a1 = h(a1 + ":" + given["nonce"] + ":" + given["cnonce"])
	}
	a2 := h(method + ":" + given["uri"])
	if given["qop"] == "" {
		return h(a1 + ":" + given["nonce"] + ":" + a2)
	}
	return h(strings.Join([]string{a1, given["nonce"], given["nc"], given["cnonce"], given["qop"], a2}, ":"))
}

// TestDigestOfTheStandard holds the server against the examples of RFC 7616,
// 3.9.1, so that what it accepts is right.
func TestDigestOfTheStandard(t *testing.T) {
	given := map[string]string{"uri": "/dir/index.html", "nonce": digestNonce, "nc": "00000001", "qop": "auth",
		"cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"}
	for algorithm, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		if got := digestResponse(algorithm, http.MethodGet, given); got != want {
			t.Errorf("%s: got %s, want %s", algorithm, got, want)
		}
	}
}
