package k6http

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"

	"golang.org/x/net/http2"

	"github.com/artisan-platform/headroom/runner/script/network"
)

// The codes by which k6 names what went wrong.
const (
	codeGeneric        = 1000
	codeInvalidURL     = 1020
	codeTimeout        = 1050
	codeDNS            = 1100
	codeNoHost         = 1101
	codeBlacklisted    = 1110
	codeBlocked        = 1111
	codeTCP            = 1200
	codeBrokenPipe     = 1201
	codeErrno          = 1202
	codeDial           = 1210
	codeDialTimeout    = 1211
	codeDialRefused    = 1212
	codeDialErrno      = 1213
	codeReset          = 1220
	codeTLS            = 1300
	codeAuthority      = 1310
	codeHostname       = 1311
	codeStatus         = 1000 // + 400...599
	codeHTTP2          = 1600
	codeGoAway         = 1610 // + 1 + the code of HTTP/2
	codeStream         = 1630
	codeConnection     = 1650
	codeDecompress     = 1701
	firstFailureStatus = 400
)

// errorCode is k6's code for what became of a request; 0 is success.
func (h *hop) errorCode() int {
	var url *invalidURL
	switch {
	case h.err == nil && h.res.Status >= firstFailureStatus:
		return codeStatus + h.res.Status
	case h.err == nil:
		return 0
	case errors.As(h.err, &url):
		return codeInvalidURL
	case h.timedOut && h.res.Started.IsZero() && h.stages.Connect > 0:
		return codeDialTimeout
	case h.timedOut:
		return codeTimeout
	case errors.Is(h.err, errDecompress):
		return codeDecompress
	}
	return ErrorCode(h.err)
}

// ErrorCode is k6's code for why a server could not be talked to.
func ErrorCode(err error) int {
	for _, code := range []func(error) int{http2Code, policyCode, tlsCode, networkCode, handshakeCode} {
		if c := code(err); c != 0 {
			return c
		}
	}
	return codeGeneric
}

// http2Code is the code of an error of HTTP/2. The standard library keeps most
// of their types to itself, so that their texts have to do.
func http2Code(err error) int {
	var stream http2.StreamError
	if errors.As(err, &stream) {
		return plus(codeStream, stream.Code)
	}
	if code, ok := goAwayCode(err); ok {
		return plus(codeGoAway, code)
	}
	text := err.Error()
	if _, rest, ok := strings.Cut(text, "GOAWAY"); ok {
		_, rest, _ = strings.Cut(rest, "ErrCode=")
		return plus(codeGoAway, codeNamed(rest))
	}
	if _, rest, ok := strings.Cut(text, "connection error: "); ok {
		return plus(codeConnection, codeNamed(rest))
	}
	if strings.HasPrefix(text, "http2: ") {
		return codeHTTP2
	}
	return 0
}

// plus adds the code of HTTP/2 to the kind of an error. Codes that HTTP/2 does
// not define count as the kind.
func plus(kind int, code http2.ErrCode) int {
	if code > http2.ErrCodeHTTP11Required {
		return kind
	}
	return kind + 1 + int(code)
}

// codeNamed is the code whose name a text begins with.
func codeNamed(text string) http2.ErrCode {
	for code := range http2.ErrCodeHTTP11Required + 1 {
		if strings.HasPrefix(text, code.String()) {
			return code
		}
	}
	return http2.ErrCodeHTTP11Required + 1
}

// policyCode is the code of what the options keep off.
func policyCode(err error) int {
	var blacklisted *network.Blacklisted
	var blocked *network.Blocked
	switch {
	case errors.As(err, &blacklisted):
		return codeBlacklisted
	case errors.As(err, &blocked):
		return codeBlocked
	}
	return 0
}

func tlsCode(err error) int {
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &authority):
		return codeAuthority
	case errors.As(err, &hostname):
		return codeHostname
	case errors.As(err, &record), errors.As(err, &verify):
		return codeTLS
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // an alert of TLS
		return codeTLS
	}
	return 0
}

// handshakeCode is the code of a handshake that failed for none of the reasons
// that have a code of their own.
func handshakeCode(err error) int {
	var handshake *network.HandshakeError
	if errors.As(err, &handshake) {
		return codeTLS
	}
	return 0
}

func networkCode(err error) int {
	var dns *net.DNSError
	var op *net.OpError
	var errno syscall.Errno
	dialing := errors.As(err, &op) && op.Op == "dial"
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return codeNoHost
	case errors.As(err, &dns):
		return codeDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return codeDialRefused
	case errors.Is(err, syscall.ECONNRESET):
		return codeReset
	case errors.Is(err, syscall.EPIPE):
		return codeBrokenPipe
	case dialing && op.Timeout():
		return codeDialTimeout
	case dialing && errors.As(err, &errno):
		return codeDialErrno
	case dialing:
		return codeDial
	case errors.As(err, &errno):
		return codeErrno
	case op != nil:
		return codeTCP
	}
	return 0
}

// errorText is the reason why no response came, without the parts that differ
// from one request to the next (ports), so that equal causes look equal.
func (h *hop) errorText() string {
	switch {
	case h.err == nil:
		return ""
	case h.timedOut:
		return "request timeout"
	}
	return ErrorText(h.err)
}

// ErrorText tells an error without the ports of a connection that there was.
func ErrorText(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op != "dial" {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}
