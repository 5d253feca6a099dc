package wsconn

import (
	"net/http"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/k6http"
)

// Response is what came of the handshake.
type Response struct {
	URL     string
	Status  int // 0: there was no response
	Headers map[string]string
	Body    string
	Error   string // why there was no response, or one that made no sense
}

// Response tells what came of the handshake, once there was an event.
func (c *Conn) Response() Response {
	h := &c.handshake
	r := Response{URL: c.request.address.told, Status: h.status, Headers: make(map[string]string, len(h.header)), Body: h.body}
	for name, values := range h.header {
		r.Headers[name] = strings.Join(values, ", ")
	}
	if h.err != nil && (h.status == 0 || h.status == http.StatusSwitchingProtocols) {
		r.Error = k6http.ErrorText(h.err)
	}
	return r
}
