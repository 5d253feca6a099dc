package redisconn

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"
)

// probe tries an address by itself: the client's pool goes on dialing in the
// background where the first dial fails, and writes about it to stderr. Where a
// handshake fails, it does so for minutes.
func probe(ctx context.Context, cfg Config, address string) error {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("reach Redis: %w: is it there, and is the address right? `headroom up` puts one at 127.0.0.1:6379", err)
	}
	if cfg.TLS != nil {
		err = shake(ctx, conn, cfg.TLS, address)
	}
	if err := errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("reach Redis at %s: %w", address, err)
	}
	return nil
}

// shake makes the handshake of TLS, and says what to do where that fails.
func shake(ctx context.Context, conn net.Conn, cfg *tls.Config, address string) error {
	cfg = cfg.Clone()
	if host, _, err := net.SplitHostPort(address); err == nil && cfg.ServerName == "" {
		cfg.ServerName = host
	}
	err := tls.Client(conn, cfg).HandshakeContext(ctx)
	if err == nil {
		return nil
	}
	hint := "does it speak TLS at that port?"
	switch {
	case errors.As(err, new(x509.UnknownAuthorityError)):
		hint = "give the certificate of the authority that signed its own, in PEM, as ca of tls"
	case errors.As(err, new(x509.HostnameError)):
		hint = "give a name that its certificate is for as serverName of tls"
	case errors.As(err, new(x509.CertificateInvalidError)):
		hint = "it needs another certificate"
	}
	return fmt.Errorf("begin TLS: %w: %s", err, hint)
}

// isNode asks a Redis whether it is a node of a cluster.
func isNode(ctx context.Context, c *redis.Client) (bool, error) {
	info, err := c.Info(ctx, "cluster").Result()
	if err != nil {
		return false, fmt.Errorf("ask whether it is a node of a cluster: %w", err)
	}
	return strings.Contains(info, "cluster_enabled:1"), nil
}

// explain adds to an error of a Redis where it came from, and what to do.
func explain(address string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("redis at %s: %w", address, err)
	var refused *net.OpError
	switch {
	case redis.IsAuthError(err):
		return fmt.Errorf("%w: give username and password", err)
	case redis.IsPermissionError(err):
		return fmt.Errorf("%w: give a user that may", err)
	case redis.IsClusterDownError(err):
		return fmt.Errorf("%w: the cluster is not whole: see `redis-cli cluster info`", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it closed the connection: does it speak TLS at that port, or want none?", err)
	case errors.As(err, &refused) && refused.Op == "dial":
		return fmt.Errorf("%w: is it there, and is the address right?", err)
	}
	return err
}

// self is what a node of a cluster says of itself.
type self struct {
	id        string
	announced []string        // host:port by its IP address and, if it has one, its host name
	others    map[string]bool // all nodes that it knows, by id, itself too
}

// introduce reads the answer to CLUSTER NODES, whose lines are
//
//	id ip:port@busport[,hostname[,name=value]*] flags ...
func introduce(nodes string) self {
	s := self{others: make(map[string]bool)}
	for line := range strings.Lines(nodes) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		s.others[fields[0]] = true
		if strings.Contains(","+fields[2]+",", ",myself,") {
			s.id, s.announced = fields[0], announced(fields[1])
		}
	}
	return s
}

// announced are the addresses in the second field of such a line.
func announced(field string) []string {
	endpoint, rest, _ := strings.Cut(field, "@")
	host, port, err := splitLast(endpoint)
	if err != nil {
		return nil
	}
	var out []string
	if host != "" {
		out = append(out, net.JoinHostPort(host, port))
	}
	if parts := strings.Split(rest, ","); len(parts) > 1 && parts[1] != "" && !strings.Contains(parts[1], "=") {
		out = append(out, net.JoinHostPort(parts[1], port))
	}
	return out
}

// splitLast splits host:port as Redis writes it: an IPv6 address has no
// brackets.
func splitLast(endpoint string) (host, port string, err error) {
	i := strings.LastIndexByte(endpoint, ':')
	if i < 0 {
		return "", "", fmt.Errorf("%q has no port", endpoint)
	}
	return strings.Trim(endpoint[:i], "[]"), endpoint[i+1:], nil
}
