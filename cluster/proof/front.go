package proof

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/artisan-platform/headroom/cluster/pki"
)

// front is one way into the platform, as a client on this machine takes it.
type front struct {
	scheme  string // "http" or "https"
	name    string // what the client asks for and, over TLS, verifies
	address string // host:port that the connection goes to
	caFile  string // the authority that is trusted, over TLS
}

// answer is what a front answered.
type answer struct {
	status int
	header http.Header
	body   []byte
	tls    *tls.ConnectionState
	took   time.Duration
}

// mostBody bounds what is read of an answer, in bytes.
const mostBody = 1 << 20

// do sends a request over a connection of its own. Redirects are not followed
// and nothing is decompressed: what came is what is told.
func (f front) do(ctx context.Context, method, path string, header http.Header, body io.Reader) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, f.scheme+"://"+f.name+path, body)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", f.name, err)
	}
	for key, values := range header {
		req.Header[key] = values
	}
	transport, err := f.transport()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s at %s: %w", method, req.URL, f.address, err)
	}
	defer resp.Body.Close() // read below; closing it loses nothing
	got, err := io.ReadAll(io.LimitReader(resp.Body, mostBody))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s to %s: %w", f.address, req.URL, err)
	}
	return &answer{resp.StatusCode, resp.Header, got, resp.TLS, time.Since(start)}, nil
}

func (f front) get(ctx context.Context, path string, header http.Header) (*answer, error) {
	return f.do(ctx, http.MethodGet, path, header, nil)
}

func (f front) transport() (*http.Transport, error) {
	t := &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		// A server that refuses a body may do so before it is sent.
		ExpectContinueTimeout: 5 * time.Second,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", f.address)
		},
	}
	if f.scheme != "https" {
		return t, nil
	}
	authority, err := os.ReadFile(f.caFile)
	if err != nil {
		return nil, Failed("headroom up writes it again", "read the authority that clients trust: %w", err)
	}
	roots, err := pki.Pool(authority)
	if err != nil {
		return nil, Failed("headroom up writes it again", "%s: %w", f.caFile, err)
	}
	t.TLSClientConfig = &tls.Config{RootCAs: roots, ServerName: f.name, MinVersion: tls.VersionTLS12}
	return t, nil
}

// blame makes a failed check of a failed request: a certificate that is not
// accepted is another matter than a front that does not answer.
func (f front) blame(err error, secret, logs string) error {
	var cert *tls.CertificateVerificationError
	if !errors.As(err, &cert) {
		return Failed(logs, "%w", err)
	}
	shown := "none"
	if len(cert.UnverifiedCertificates) > 0 {
		shown = describeCert(cert.UnverifiedCertificates[0])
	}
	return Failed("the certificate comes from Secret "+secret+", whose names headroom up puts right",
		"%s is not what the server's certificate is good for (it shows %s): %w", f.name, shown, err)
}

func describeCert(c *x509.Certificate) string {
	if len(c.DNSNames) == 0 {
		return c.Subject.String()
	}
	return fmt.Sprintf("%s by %s", c.DNSNames, c.Issuer.CommonName)
}
