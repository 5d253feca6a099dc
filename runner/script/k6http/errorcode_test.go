package k6http

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/wire"
)

// TestErrorCodes holds errors as the packages below give them against the
// codes that the documentation names.
func TestErrorCodes(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	errno := func(call string, e syscall.Errno) error { return os.NewSyscallError(call, e) }
	for _, tt := range []struct {
		err  error
		want int
	}{
		{errors.New("anything else"), 1000},
		{io.EOF, 1000},
		{&invalidURL{"x", "y"}, 1020},
		{&net.DNSError{Err: "server misbehaving", IsTemporary: true}, 1100},
		{dial(&net.DNSError{Err: "no such host", IsNotFound: true}), 1101},
		{&network.Blacklisted{}, 1110},
		{&network.Blocked{}, 1111},
		{&net.OpError{Op: "read", Err: errors.New("odd")}, 1200},
		{&net.OpError{Op: "write", Err: errno("write", syscall.EPIPE)}, 1201},
		{fmt.Errorf("read: %w", errno("read", syscall.EHOSTDOWN)), 1202},
		{dial(errors.New("odd")), 1210},
		{dial(os.ErrDeadlineExceeded), 1211},
		{dial(errno("connect", syscall.ECONNREFUSED)), 1212},
		{dial(errno("connect", syscall.ENETUNREACH)), 1213},
		{fmt.Errorf("read: %w", errno("read", syscall.ECONNRESET)), 1220},
		{&network.HandshakeError{Err: errors.New("tls: odd")}, 1300},
		{&network.HandshakeError{Err: io.EOF}, 1300},
		{tls.RecordHeaderError{Msg: "no TLS"}, 1300},
		{&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, 1300},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{}}, 1300},
		{&network.HandshakeError{Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}, 1310},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}, 1311},
		{&network.HandshakeError{Err: errno("read", syscall.ECONNRESET)}, 1220},
		{errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=\"\""), 1611},
		{errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=HTTP_1_1_REQUIRED, debug=\"\""), 1624},
		{errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=unknown error code 0x63, debug=\"\""), 1610},
		{errors.New("http2: Transport received GOAWAY from server ErrCode:ENHANCE_YOUR_CALM"), 1622},
		{http2.StreamError{Code: http2.ErrCodeProtocol}, 1632},
		{http2.StreamError{Code: 99}, 1630},
		{http2.ConnectionError(http2.ErrCodeCompression), 1660},
		{http2.ConnectionError(99), 1650},
		{fmt.Errorf("%w: odd", errDecompress), 1701},
	} {
		if got := (&hop{err: tt.err}).errorCode(); got != tt.want {
			t.Errorf("%v (%T): got %d, want %d", tt.err, tt.err, got, tt.want)
		}
	}
}

// TestErrorCodesOfTheStage tells time-outs by how far a request came, and
// responses by their status.
func TestErrorCodesOfTheStage(t *testing.T) {
	late := errors.New("late")
	for _, tt := range []struct {
		hop  hop
		want int
	}{
		{hop{err: late, timedOut: true, stages: network.Stages{Connect: time.Second}}, 1211},
		{hop{err: late, timedOut: true}, 1050},
		{hop{err: late, timedOut: true, stages: network.Stages{Connect: time.Second}, res: wire.Response{Started: time.Unix(1, 0)}}, 1050},
		{hop{res: wire.Response{Status: 399}}, 0},
		{hop{res: wire.Response{Status: 400}}, 1400},
		{hop{res: wire.Response{Status: 599}}, 1599},
	} {
		if got := tt.hop.errorCode(); got != tt.want {
			t.Errorf("%+v: got %d, want %d", tt.hop, got, tt.want)
		}
	}
}
