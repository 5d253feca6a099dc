package artisan

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/grafana/sobek"
	"github.com/jackc/pgx/v5/pgconn"
)

// The bounds of a hold, and its pace: how many connections are opened side by
// side, and how often each is used so that it stays open.
const (
	maxConnections = 10_000
	openAtOnce     = 32
	beat           = time.Second
	openTimeout    = 10 * time.Second
)

// holding is a hold under way, and what it comes to.
type holding struct {
	p       *postgres
	asked   int
	idle    bool
	timeout time.Duration
	config  *pgconn.Config
	opening chan struct{} // one token for each connection that is being opened

	mu                                       sync.Mutex
	opened, refused, waiting, lost, at, most int
	longest                                  time.Duration
	texts                                    map[string]uint64 // why, in the server's words
	closing                                  []<-chan struct{} // of connections that close by themselves
}

// hold is postgres.hold(connections, {for, idle?, timeout?}): it opens that many
// connections, which are its own, and holds them for a time, counted from the
// call.
//
// Each connection opens a transaction (read only, so that it holds no row and
// keeps no old version of one) and sends a small query in it every second:
// through PgBouncer in transaction mode, a client has a connection of the server
// only inside a transaction, and it is those that the platform's trigger counts.
// With idle: true no transaction is opened, and PgBouncer counts clients alone.
//
// It is a promise of {asked, opened, waiting, refused, lost, most, longest,
// errors}: opened were held at some time; waiting were not open yet at the end,
// most often because a pooler had no connection of the server for them; refused
// were turned away, or not opened within timeout (by default 10 s; a pooler's queue is not
// bounded by it); lost were opened and then closed by the other side; most is how
// many were held at once; longest is the longest time that it took to open one,
// in milliseconds; errors counts the server's texts. If not one could be
// opened, and none waits, the promise is broken by an Error with them. It ends
// with the iteration, and closes every connection.
func (p *postgres) hold(call sobek.FunctionCall) sobek.Value {
	const where = "postgres().hold()"
	p.m.running(where)
	n, ok := number(orUndefined(call.Argument(0)))
	if !ok || n != math.Trunc(n) || n < 1 || n > maxConnections {
		p.m.typeError("%s takes how many connections to hold, a whole number from 1 to %d, and got %s", where, maxConnections, describe(call.Argument(0)))
	}
	o := p.m.options(where, call.Argument(1), "for", "idle", "timeout")
	length := o.required("for", "2m")
	h := &holding{p: p, asked: int(n), idle: o.boolean("idle"), timeout: o.duration("timeout", openTimeout, time.Millisecond),
		opening: make(chan struct{}, openAtOnce), texts: make(map[string]uint64)}
	return promise(p.m, p.m.turns(), func(ctx context.Context) (*holding, error) {
		h.run(ctx, length)
		if h.opened == 0 && h.waiting == 0 && ctx.Err() == nil {
			return h, fmt.Errorf("%s: PostgreSQL at %s: none of %d connections could be opened: %s", where, p.address(), h.asked, h.why())
		}
		return h, nil
	}, func(h *holding) sobek.Value { return h.object(p.m) })
}

// run holds the connections until the time is over, or the iteration.
func (h *holding) run(ctx context.Context, length time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	h.settle(ctx)
	var all sync.WaitGroup
	for range h.asked {
		all.Go(func() { h.one(ctx) })
	}
	all.Wait()
	patience := time.NewTimer(closePatience)
	defer patience.Stop()
	for _, done := range h.closing {
		select {
		case <-done:
		case <-patience.C:
			return // they end by themselves
		}
	}
}

// closePatience bounds the wait for connections whose query was cut off to tell
// the server so.
const closePatience = 50 * time.Millisecond

// one opens one connection and holds it.
func (h *holding) one(ctx context.Context) {
	select {
	case h.opening <- struct{}{}:
	case <-ctx.Done():
		h.fail(ctx, nil)
		return
	}
	from := time.Now()
	conn, err := h.connect(ctx)
	<-h.opening
	if err != nil {
		h.fail(ctx, err)
		return
	}
	defer h.close(conn)
	if !h.idle {
		if err := do(ctx, conn, "begin read only; select 1"); err != nil {
			h.fail(ctx, err)
			return
		}
	}
	h.got(time.Since(from))
	defer h.gone()
	if err := h.keep(ctx, conn); ctx.Err() == nil { // else the end cut it off
		h.count(&h.lost, err)
	}
}

// keep keeps a connection until the time is over, or it is lost.
func (h *holding) keep(ctx context.Context, conn *pgconn.PgConn) error {
	if h.idle {
		for {
			if err := conn.WaitForNotification(ctx); err != nil { // sends nothing, and sees the other side close
				return err
			}
		}
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := do(ctx, conn, "select 1"); err != nil {
			return err
		}
	}
}

// settle finds out whether the server speaks TLS, if the connection string
// leaves that open (sslmode=prefer, the default): the driver makes a second
// connection where it does not, and opening many would take twice as many for a
// moment. What does not connect is left to those that are opened.
func (h *holding) settle(ctx context.Context) {
	h.config = h.p.config()
	if h.config.TLSConfig == nil || len(h.config.Fallbacks) == 0 {
		return
	}
	conn, err := h.connect(ctx)
	if err != nil {
		return
	}
	_, secure := conn.Conn().(*tls.Conn)
	h.close(conn)
	if secure {
		return
	}
	h.config.TLSConfig = nil
	h.config.Fallbacks = slices.DeleteFunc(h.config.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.TLSConfig != nil || f.Host == h.config.Host && f.Port == h.config.Port
	})
}

func (h *holding) connect(ctx context.Context) (*pgconn.PgConn, error) {
	within, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	conn, err := pgconn.ConnectConfig(within, h.config)
	if err != nil && ctx.Err() == nil && within.Err() != nil {
		return nil, fmt.Errorf("not opened within %v", h.timeout)
	}
	return conn, err
}

// do sends statements as they are, and drops their answers.
func do(ctx context.Context, conn *pgconn.PgConn, sql string) error {
	return conn.Exec(ctx, sql).Close()
}

// fail counts a connection that was not opened: it was refused, unless the end
// came first.
func (h *holding) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		h.count(&h.waiting, nil)
		return
	}
	h.count(&h.refused, err)
}

// count adds to a counter, with the cause.
func (h *holding) count(counter *int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*counter++
	if err != nil {
		h.texts[cause(err)]++
	}
}

// cause is an error in the server's words, without what differs between
// connections.
func cause(err error) string {
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return serverText(said, "")
	}
	return oneLine(err)
}

func (h *holding) got(took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opened++
	h.at++
	h.most = max(h.most, h.at)
	h.longest = max(h.longest, took)
}

func (h *holding) gone() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at--
}

// close ends a connection, and with it its transaction. One whose query was cut
// off closes by itself.
func (h *holding) close(conn *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	_ = conn.Close(ctx) // it says goodbye if it can; the connection is gone either way
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing = append(h.closing, conn.CleanupDone())
}

// why lists the server's texts.
func (h *holding) why() string {
	text := ""
	for t, n := range h.texts {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("%s (%d times)", t, n)
	}
	return text
}

func (h *holding) object(m *Module) sobek.Value {
	return m.object(field{"asked", h.asked}, field{"opened", h.opened}, field{"waiting", h.waiting}, field{"refused", h.refused}, field{"lost", h.lost},
		field{"most", h.most}, field{"longest", float64(h.longest) / float64(time.Millisecond)}, field{"errors", m.counts(h.texts)})
}
