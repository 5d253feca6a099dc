package wsconn

import (
	"sync"
	"time"
)

// Kind is what an event is about.
type Kind int

// The kinds of events.
const (
	Opened Kind = iota // the first, unless the connection could not be opened
	Text
	Binary
	Ping
	Pong
	Closed // the last
)

// Event is something that has happened to a connection.
type Event struct {
	Kind Kind
	At   time.Time
	Data []byte // of a message, which belongs to whoever takes the event

	// Of Closed. Code is 1006 if no close frame came, and Clean tells whether
	// there was a closing handshake. Err is why the connection failed, if it
	// did; Cut says that the virtual user itself ended it.
	Code   int
	Reason string
	Clean  bool
	Err    error
	Cut    bool

	rtt time.Duration // of a Pong that answers a ping; 0: it was unasked for
}

// What an inbox keeps at most, but for one message, which may be longer.
const (
	maxEvents = 64
	maxBytes  = 256 << 10
)

// inbox keeps events until the script takes them. When it is full the reader
// waits, and with it, by TCP, the server: a script that is too slow costs no
// memory.
type inbox struct {
	mu        sync.Mutex
	room      sync.Cond
	events    []Event
	bytes     int
	boundless bool
	await     func()
}

// put adds an event, once there is room, and tells how long that took. Only
// one goroutine may call it.
func (b *inbox) put(e Event) (waited time.Duration) {
	b.mu.Lock()
	if b.full() {
		start := time.Now()
		for b.full() {
			b.room.Wait()
		}
		waited = time.Since(start)
	}
	b.events = append(b.events, e)
	b.bytes += len(e.Data)
	f := b.await
	b.await = nil
	b.mu.Unlock()
	if f != nil {
		f()
	}
	return waited
}

func (b *inbox) full() bool {
	return !b.boundless && (len(b.events) >= maxEvents || (b.bytes > 0 && b.bytes >= maxBytes))
}

// open has no event wait for room any more: there will be few.
func (b *inbox) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.boundless = true
	b.room.Signal()
}

// take removes the first event.
func (b *inbox) take() (e Event, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) == 0 {
		return e, false
	}
	e, b.events[0] = b.events[0], Event{}
	if b.events = b.events[1:]; len(b.events) == 0 {
		b.events = nil
	}
	b.bytes -= len(e.Data)
	b.room.Signal()
	return e, true
}

// wait has f called once there is an event: at once, or by the goroutine that
// brings it.
func (b *inbox) wait(f func()) {
	b.mu.Lock()
	there := len(b.events) > 0
	if !there {
		b.await = f
	}
	b.mu.Unlock()
	if there {
		f()
	}
}
