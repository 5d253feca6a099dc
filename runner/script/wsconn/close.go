package wsconn

import (
	"github.com/gorilla/websocket"
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Codes that a close frame has unless the script says otherwise.
const (
	NormalClosure = websocket.CloseNormalClosure
	GoingAway     = websocket.CloseGoingAway
)

// maxReason is the length of the reason that fits into a close frame, in bytes.
const maxReason = 123

// CloseArguments reads the code and the reason of a function of a script that
// closes a connection. A mistake throws.
func CloseArguments(v *vu.VU, what string, code, reason sobek.Value, otherwise int) (int, string) {
	n, text := otherwise, ""
	if !vu.Absent(code) {
		if n = int(code.ToInteger()); !sendable(n) {
			panic(v.NewNamedError("InvalidAccessError", what+": "+vu.Describe(code)+" is no code to close with: there are 1000 to 1003, 1007 to 1014 and 3000 to 4999"))
		}
	}
	if !vu.Absent(reason) {
		if text = v.Text(reason); len(text) > maxReason {
			panic(v.NewNamedError("SyntaxError", what+": the reason must not be longer than 123 bytes"))
		}
	}
	return n, text
}

// sendable tells whether a close frame may hold a code (RFC 6455, 7.4, and the
// registry that it founded).
func sendable(code int) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014, code >= 3000 && code <= 4999:
		return true
	}
	return false
}

// CloseText tells a close frame as an error.
func (e *Event) CloseText() string {
	return (&websocket.CloseError{Code: e.Code, Text: e.Reason}).Error()
}
