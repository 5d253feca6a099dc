package integration

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// senders send sale events from n clients until stop is called, which returns
// the ids of those that were acknowledged and of those that were not.
func (r *role) senders(t *testing.T, n int) (stop func() (acknowledged, others []string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var mu sync.Mutex
	var yes, no []string
	for c := range n {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := fmt.Sprintf("sent-%d-%d", c, i)
				got, err := r.try(http.MethodPost, "/api/sale-events", event(id))
				mu.Lock()
				if err == nil && got.status == http.StatusCreated {
					yes = append(yes, id)
				} else {
					no = append(no, id)
				}
				mu.Unlock()
			}
		})
	}
	return func() ([]string, []string) {
		cancel()
		wg.Wait()
		return yes, no
	}
}

func event(id string) string {
	return fmt.Sprintf(`{"event_id":%q,"product_id":1,"platform":"etsy","amount_cents":100}`, id)
}

// stored are the ids in the database, from PostgreSQL itself.
func (w *world) stored(t *testing.T) map[string]int {
	t.Helper()
	rows, err := w.superuser(t, "artisan_platform").Query(t.Context(), "SELECT event_id FROM sale_events WHERE event_id LIKE 'sent-%'")
	must(t, err, "read sale events")
	defer rows.Close()
	ids := make(map[string]int)
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id), "read sale event")
		ids[id]++
	}
	must(t, rows.Err(), "read sale events")
	return ids
}

// An acknowledged sale event is in the database, whatever died while it was
// sent: its connection, PgBouncer, or PostgreSQL. One that was not may be sent
// again, and counts once.
func TestNoAcknowledgedSaleEventIsLost(t *testing.T) {
	w := newWorld(t, 25)
	b := w.backend(t, "PLATFORM_DB_READ_TIMEOUT=500ms", "PLATFORM_BREAKER_OPEN=200ms")
	stop := b.senders(t, 20)

	cut := w.cutConnections(t, 10)
	for _, s := range []struct {
		service
		p program
	}{{w.pgbouncer, pgbouncerProgram(w.bouncerPort, w.postgresPort, 25)}, {w.postgres, postgresProgram(w.postgresPort)}} {
		must(t, s.kill(t.Context()), "kill "+s.p.name)
		time.Sleep(time.Second)
		must(t, s.start(t.Context()), "start "+s.p.name)
		waitListening(t, s.p)
		time.Sleep(1500 * time.Millisecond)
	}
	acknowledged, others := stop()

	there := w.stored(t)
	for _, id := range acknowledged {
		if there[id] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", id, there[id])
		}
	}
	if len(acknowledged) < 500 {
		t.Errorf("%d acknowledged: want hundreds, before, between and after", len(acknowledged))
	}
	if b.metric(primaryOpens) < 1 {
		t.Error("the circuit breaker never opened: that is no test")
	}
	if got := b.metric("sale_events_acknowledged_total"); got < float64(len(acknowledged)) {
		t.Errorf("sale_events_acknowledged_total %v, want %d at least", got, len(acknowledged))
	}
	t.Logf("%d acknowledged, %d not, %d connections cut", len(acknowledged), len(others), cut)

	for _, id := range slices.Concat(others, acknowledged[:50]) {
		b.post(event(id))
	}
	if got, want := read[map[string]int](b, "/api/sale-events/count?prefix=sent-")["count"], len(acknowledged)+len(others); got != want {
		t.Errorf("%d stored after all were sent again, want each of %d once", got, want)
	}
}

// cutConnections ends connections between PgBouncer and PostgreSQL, in the
// middle of what they do, until there were n, and returns how many it were.
func (w *world) cutConnections(t *testing.T, n int) (cut int) {
	t.Helper()
	conn := w.superuser(t, "postgres")
	eventually(t, 30*time.Second, "cut connections that are in use", func() error {
		var now int
		const q = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app_user' AND state <> 'idle'"
		if err := conn.QueryRow(t.Context(), q).Scan(&now); err != nil {
			return err
		}
		if cut += now; cut < n {
			return fmt.Errorf("%d of %d", cut, n)
		}
		return nil
	})
	return cut
}

// One sender's mistake is answered to that sender, although its event was in
// one batch with those of others.
func TestABadSaleEventIsItsSendersMatter(t *testing.T) {
	w := newWorld(t, 25)
	b := w.backend(t, "PLATFORM_BATCH_WAIT=200ms", "PLATFORM_BATCH_WRITERS=1")
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if i == 3 {
				got, err := b.try(http.MethodPost, "/api/sale-events", `{"event_id":"bad","product_id":987654321,"platform":"etsy"}`)
				if err != nil || got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), "product_id_fkey") {
					t.Errorf("a sale of no product: %d %s, %v; want 422 and the constraint", got.status, got.body, err)
				}
				return
			}
			b.post(event(fmt.Sprintf("sent-%d", i)))
		})
	}
	wg.Wait()
	if got := w.stored(t); len(got) != 9 {
		t.Errorf("stored %v, want the nine good ones", got)
	}
	if opens := b.metric(primaryOpens); opens != 0 {
		t.Error("a mistake in the data opened the circuit breaker")
	}
	for body, why := range map[string]string{
		`{`:  "as JSON",
		`[]`: "want 1 to 100 sale events, got 0",
		`{"platform":"","product_id":0,"amount_cents":-1}`: "event 1: product_id must be a number from 1\nevent 1: platform must not be empty\nevent 1: amount_cents must not be negative",
	} {
		got, err := b.try(http.MethodPost, "/api/sale-events", body)
		want := strings.ReplaceAll(why, "\n", `\n`)
		if err != nil || got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), want) {
			t.Errorf("%s: %d %s, %v; want 422 with %q", body, got.status, got.body, err, why)
		}
	}
}

// Many events at once are few writes.
func TestSaleEventsAreWrittenInBatches(t *testing.T) {
	w := newWorld(t, 25)
	b := w.backend(t, "PLATFORM_BATCH_WAIT=50ms", "PLATFORM_BATCH_WRITERS=2")
	var wg sync.WaitGroup
	for i := range 300 {
		wg.Go(func() { b.post(event(fmt.Sprintf("sent-%d", i))) })
	}
	wg.Wait()
	writes, events := b.metric("sale_event_batch_size_count"), b.metric("sale_event_batch_size_sum")
	if events != 300 || writes > 60 {
		t.Errorf("%v events in %v writes, want 300 in a few", events, writes)
	}
	list := "[" + strings.Repeat(event("sent-twice")+",", 2) + event("sent-once") + "]"
	b.post(list)
	if got := w.stored(t); len(got) != 302 || got["sent-twice"] != 1 {
		t.Errorf("%d stored, want 300 and the two of the list", len(got))
	}
}
