package network

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/script/option"
)

// tlsConfig is what all connections share. Client certificates are chosen by
// the name of the server, so that each connection gets a copy.
func tlsConfig(o option.TLS) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: o.InsecureSkipVerify, RootCAs: o.Roots,
		MinVersion: o.Min, MaxVersion: o.Max, CipherSuites: o.CipherSuites,
		KeyLogWriter: keyLog(),
	}
}

// keyLog is the file that the environment's SSLKEYLOGFILE names, which tools
// that decrypt captures read; nil without one.
var keyLog = sync.OnceValue(func() io.Writer {
	path := os.Getenv("SSLKEYLOGFILE")
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return failing{fmt.Errorf("open SSLKEYLOGFILE: %w", err)}
	}
	return f
})

// failing makes every handshake fail with why its keys cannot be written.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Secure performs the handshake of TLS with a host over an open connection,
// which is closed if that fails.
func (n *Network) Secure(ctx context.Context, c net.Conn, host string, protocols []string, stages *Stages) (*tls.Conn, error) {
	cfg := n.tls.Clone()
	cfg.ServerName, cfg.NextProtos = host, protocols
	cfg.Certificates = n.clientCerts(host)
	start := time.Now()
	t := tls.Client(c, cfg)
	err := t.HandshakeContext(ctx)
	stages.TLS = time.Since(start)
	if err != nil {
		return nil, errors.Join(&HandshakeError{err}, c.Close())
	}
	return t, nil
}

// HandshakeError is why no connection over TLS came about.
type HandshakeError struct{ Err error }

func (e *HandshakeError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *HandshakeError) Unwrap() error { return e.Err }

func (n *Network) clientCerts(host string) []tls.Certificate {
	var certs []tls.Certificate
	for _, a := range n.options.TLS.Auth {
		if len(a.Domains) == 0 {
			certs = append(certs, a.Certificate)
		}
		for _, d := range a.Domains {
			suffix, wild := strings.CutPrefix(d, "*")
			if strings.EqualFold(d, host) || (wild && strings.HasSuffix(strings.ToLower(host), suffix)) {
				certs = append(certs, a.Certificate)
				break
			}
		}
	}
	return certs
}
