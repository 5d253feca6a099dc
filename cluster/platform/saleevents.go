package platform

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/artisan-platform/headroom/cluster/platform/batch"
	"github.com/artisan-platform/headroom/cluster/platform/database"
)

// maxEvents is how many sale events one request may bring: the guide's batch.
const maxEvents = 100

// maxEventID bounds the sender's name of an event, in bytes.
const maxEventID = 200

// writeEvents takes one sale event or a list of them, and answers when they
// are committed: 201 is a promise that outlives the primary, as far as the
// database's replication is synchronous. Any other answer promises nothing:
// the sender may send the same event_id again, and it will count once.
func (b *backend) writeEvents(w http.ResponseWriter, r *http.Request) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return b.write(w, http.StatusBadRequest, appJSON, notJSON)
	}
	events, err := parseEvents(body, time.Now())
	if err != nil {
		return b.refuse(w, http.StatusUnprocessableEntity, err.Error())
	}
	if err := b.data.events.Do(r.Context(), events); err != nil {
		return b.failed(w, r, err)
	}
	b.data.metrics.events.Add(float64(len(events)))
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.EventID
	}
	return b.answer(w, r, http.StatusCreated, map[string]any{"event_ids": ids})
}

// overloaded reports that too many sale events wait already, or that the
// backend is closing.
func overloaded(err error) bool {
	return errors.Is(err, batch.ErrFull) || errors.Is(err, batch.ErrClosed)
}

// parseEvents reads one event or a list, fills in what may be left out
// (event_id, occurred_at) and reports every mistake at once.
func parseEvents(body []byte, now time.Time) ([]database.SaleEvent, error) {
	var events []database.SaleEvent
	var err error
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		err = json.Unmarshal(body, &events)
	} else {
		events = make([]database.SaleEvent, 1)
		err = json.Unmarshal(body, &events[0])
	}
	if err != nil {
		return nil, fmt.Errorf("want a sale event or a list of them, as JSON: %w", err)
	}
	if len(events) == 0 || len(events) > maxEvents {
		return nil, fmt.Errorf("want 1 to %d sale events, got %d", maxEvents, len(events))
	}
	var errs []error
	for i := range events {
		errs = append(errs, complete(&events[i], i, now))
	}
	return events, errors.Join(errs...)
}

func complete(e *database.SaleEvent, i int, now time.Time) error {
	if e.EventID == "" {
		e.EventID = rand.Text()
	}
	if e.OccurredAt.IsZero() {
		e.OccurredAt = now
	}
	var errs []error
	for _, rule := range []struct {
		ok   bool
		want string
	}{
		{len(e.EventID) <= maxEventID, fmt.Sprintf("event_id must be of at most %d bytes", maxEventID)},
		{e.ProductID > 0, "product_id must be a number from 1"},
		{e.Platform != "", "platform must not be empty"},
		{e.AmountCents >= 0, "amount_cents must not be negative"},
	} {
		if !rule.ok {
			errs = append(errs, fmt.Errorf("event %d: %s", i+1, rule.want))
		}
	}
	return errors.Join(errs...)
}

func (b *backend) listEvents(w http.ResponseWriter, r *http.Request) int {
	platform := r.URL.Query().Get("platform")
	if platform == "" {
		return b.refuse(w, http.StatusBadRequest, "platform must be given: /api/sale-events?platform=etsy")
	}
	events, err := b.data.db.SaleEvents(r.Context(), platform)
	if err != nil {
		return b.failed(w, r, err)
	}
	return b.answer(w, r, http.StatusOK, events)
}

func (b *backend) countEvents(w http.ResponseWriter, r *http.Request) int {
	n, err := b.data.db.CountSaleEvents(r.Context(), r.URL.Query().Get("prefix"))
	if err != nil {
		return b.failed(w, r, err)
	}
	return b.answer(w, r, http.StatusOK, map[string]int64{"count": n})
}

func (b *backend) readEvent(w http.ResponseWriter, r *http.Request) int {
	event, err := b.data.db.SaleEvent(r.Context(), r.PathValue("id"))
	if err != nil {
		return b.failed(w, r, err)
	}
	return b.answer(w, r, http.StatusOK, event)
}
