package k6http

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// The codes by which k6 names what went wrong.
const (
	codeGeneric        = 1000
	codeInvalidURL     = 1020
	codeTimeout        = 1050
	codeDNS            = 1100
	codeNoHost         = 1101
	codeTCP            = 1200
	codeBrokenPipe     = 1201
	codeDial           = 1210
	codeDialTimeout    = 1211
	codeDialRefused    = 1212
	codeReset          = 1220
	codeTLS            = 1300
	codeAuthority      = 1310
	codeHostname       = 1311
	codeStatus         = 1000 // + 400...599
	codeDecompress     = 1701
	firstFailureStatus = 400
)

// errorCode is k6's code for what became of a request; 0 is success.
func (h *hop) errorCode() int {
	switch {
	case h.err == nil && h.status >= firstFailureStatus:
		return codeStatus + h.status
	case h.err == nil:
		return 0
	case h.invalid:
		return codeInvalidURL
	case h.timedOut:
		return codeTimeout
	case errors.Is(h.err, errDecompress):
		return codeDecompress
	}
	return networkCode(h.err)
}

func networkCode(err error) int {
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return codeNoHost
	case errors.As(err, &dns):
		return codeDNS
	case errors.As(err, &authority):
		return codeAuthority
	case errors.As(err, &hostname):
		return codeHostname
	case errors.As(err, &record), errors.As(err, &verify):
		return codeTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return codeDialRefused
	case errors.Is(err, syscall.ECONNRESET):
		return codeReset
	case errors.Is(err, syscall.EPIPE):
		return codeBrokenPipe
	case errors.As(err, &op) && op.Op == "dial" && op.Timeout():
		return codeDialTimeout
	case errors.As(err, &op) && op.Op == "dial":
		return codeDial
	case errors.As(err, &op):
		return codeTCP
	}
	return codeGeneric
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
	var op *net.OpError
	if errors.As(h.err, &op) && op.Op != "dial" {
		return op.Op + ": " + op.Err.Error()
	}
	return h.err.Error()
}
