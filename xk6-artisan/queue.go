package artisan

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/redisconn"
	"github.com/artisan-platform/headroom/runner/spec"
)

// defaultQueue is the list that the platform's workers take jobs from.
const defaultQueue = "default"

// queue is a list of jobs in Redis, as one virtual user sees it.
type queue struct {
	m     *Module
	name  string // of the list
	redis *redisHandle
}

// queue is artisan.queue(name?, {addresses?, username?, password?, tls?}): the
// list of jobs that workers take from, in one Redis or in a Redis Cluster.
//
// name is the list's key, by default "default". addresses are host:port, by
// default those of ARTISAN_REDIS or 127.0.0.1:6379; several are nodes of one
// cluster. Where the nodes announce addresses that cannot be reached from here
// (a cluster inside kind), give one address for each node, or the first of a row
// of ports of one host: the nodes are asked which is which. tls is true, or {ca, serverName, insecureSkipVerify} with ca
// in PEM. Only this machine and hosts allowed by --allow-host are connected to.
//
// It may be called in the init context: nothing is connected to before the
// first use. All virtual users share the connections. It returns an object with
// push, length, drain and hold.
func (m *Module) queue(call sobek.FunctionCall) sobek.Value {
	name := defaultQueue
	if v := call.Argument(0); !absent(v) {
		text, ok := v.Export().(string)
		if !ok || text == "" {
			m.typeError("queue(name): name must be a string that is not empty, such as \"default\", and is %s", describe(v))
		}
		name = text
	}
	o := m.options("queue()", call.Argument(1), "addresses", "username", "password", "tls")
	secure, ca := o.tls("tls")
	cfg := redisconn.Config{
		Addresses: o.texts("addresses", m.ext.redisAddresses()), Username: o.text("username", ""), Password: o.text("password", ""), TLS: secure,
		Allowed: func(host string) bool { return spec.HostAllowed(host, m.ext.cfg.AllowHosts) },
	}
	for _, a := range cfg.Addresses {
		if err := redisconn.CheckAddress(a, cfg.Allowed); err != nil {
			if strings.HasPrefix(a, "rediss://") {
				err = fmt.Errorf("%w: TLS is an option, {tls: true}", err)
			}
			m.typeError("queue(): %v", err)
		}
	}
	h, err := m.ext.redis(cfg, ca)
	if err != nil {
		m.throw("queue(): %v", err)
	}
	q := &queue{m, name, h}
	return m.object(field{"name", name}, field{"push", q.push}, field{"length", q.length}, field{"drain", q.drain}, field{"hold", q.hold})
}

// redisAddresses are those of a script that names none.
func (e *Extension) redisAddresses() []string {
	if len(e.cfg.Redis) > 0 {
		return e.cfg.Redis
	}
	return []string{DefaultRedis}
}

// where names a method, for messages.
func (q *queue) where(method string) string { return fmt.Sprintf("queue(%q).%s()", q.name, method) }

// length is queue.length(): a promise of how many jobs wait. Those that workers
// have taken are not among them. A key that does not exist is an empty queue.
func (q *queue) length(sobek.FunctionCall) sobek.Value {
	where := q.where("length")
	q.m.running(where)
	return promise(q.m, q.m.turns(), func(ctx context.Context) (int64, error) {
		n, err := q.count(ctx)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", where, err)
		}
		return n, nil
	}, func(n int64) sobek.Value { return q.m.vu.Runtime().ToValue(n) })
}

// texts reads an array of strings, of which there must be one.
func (o options) texts(key string, otherwise []string) []string {
	v := o.get(key)
	if absent(v) {
		return otherwise
	}
	list, ok := v.(*sobek.Object)
	if !ok || list.ClassName() != "Array" {
		o.wrong(key, "an array of strings")
	}
	var all []string
	o.m.vu.Runtime().ForOf(list, func(v sobek.Value) bool {
		s, ok := v.Export().(string)
		if !ok {
			o.m.typeError("%s: %s[%d] must be a string, and is %s", o.where, key, len(all), describe(v))
		}
		all = append(all, s)
		return true
	})
	if len(all) == 0 {
		o.m.typeError("%s: %s is empty: give at least one", o.where, key)
	}
	return all
}

// tls reads true, false, or {ca, serverName, insecureSkipVerify}, and returns the
// text of ca too.
func (o options) tls(key string) (cfg *tls.Config, ca string) {
	v := o.get(key)
	if absent(v) {
		return nil, ""
	}
	if on, ok := v.Export().(bool); ok {
		if on {
			return &tls.Config{MinVersion: tls.VersionTLS12}, ""
		}
		return nil, ""
	}
	if _, ok := v.(*sobek.Object); !ok {
		o.wrong(key, "true, false or {ca, serverName, insecureSkipVerify}")
	}
	in := o.m.options(o.where+": "+key, v, "ca", "serverName", "insecureSkipVerify")
	cfg = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: in.text("serverName", ""), InsecureSkipVerify: in.boolean("insecureSkipVerify")}
	if ca = in.text("ca", ""); ca != "" {
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM([]byte(ca)) {
			o.m.typeError("%s: %s.ca holds no certificate: give the text of a PEM file", o.where, key)
		}
	}
	return cfg, ca
}

// required reads a duration above 0 that must be there.
func (o options) required(key, example string) time.Duration {
	if !o.has(key) {
		o.m.typeError("%s needs %s, such as {%s: %q}", o.where, key, key, example)
	}
	return o.duration(key, 0, time.Nanosecond)
}
