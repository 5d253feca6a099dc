package wsconn

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxUnsent is how many bytes of messages may wait to be written, but for one
// message, which may be longer.
const maxUnsent = 16 << 20

// ErrFull is why a message is not taken: too much waits to be sent already.
var ErrFull = errors.New("16 MiB wait to be sent already: the server takes them more slowly than the script sends; wait until fewer do")

// ErrCloseSent is why nothing can be sent any more.
var ErrCloseSent = websocket.ErrCloseSent

// frame is what is to be written: a message or a control frame, by its opcode.
type frame struct {
	opcode int
	data   []byte
	number uint64 // of a ping
}

func (f *frame) message() bool {
	return f.opcode == websocket.TextMessage || f.opcode == websocket.BinaryMessage
}

// outbox keeps what is to be written, in order. There is a goroutine that
// writes only while there is something to write: most connections are silent
// most of the time.
type outbox struct {
	write   func() // until there is no next frame
	writers sync.WaitGroup

	mu     sync.Mutex
	frames []frame
	pong   *frame // the answer to the last ping; earlier ones need none (RFC 6455, 5.5.3)
	unsent int    // bytes of messages
	busy   bool   // somebody writes
	ended  bool   // a close frame is the last of frames, or nothing is written any more
	closed bool   // a close frame is, or was, among frames
	sent   []time.Time
	pings  []sentPing // that wait for an answer, the oldest first
	last   uint64     // number of the last ping
}

type sentPing struct {
	number uint64
	at     time.Time
}

// maxPings is how many pings may wait for an answer before the oldest is
// forgotten.
const maxPings = 1024

// push adds a frame. The error is ErrCloseSent or ErrFull.
func (o *outbox) push(f frame) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.ended:
		return ErrCloseSent
	case f.message() && o.unsent > 0 && o.unsent+len(f.data) > maxUnsent:
		return ErrFull
	case f.message():
		o.unsent += len(f.data)
	case f.opcode == websocket.CloseMessage:
		o.ended, o.closed = true, true
	case f.opcode == websocket.PingMessage:
		o.last++
		f.number, f.data = o.last, strconv.AppendUint(nil, o.last, 10)
	}
	o.frames = append(o.frames, f)
	o.begin()
	return nil
}

// reply adds the answer to a ping. It goes before what waits already.
func (o *outbox) reply(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return
	}
	o.pong = &frame{opcode: websocket.PongMessage, data: data}
	o.begin()
}

func (o *outbox) begin() {
	if !o.busy {
		o.busy = true
		o.writers.Go(o.write)
	}
}

// next is the frame to write next; ok is false if there is none.
func (o *outbox) next(now time.Time) (f frame, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.pong != nil:
		f, o.pong = *o.pong, nil
		return f, true
	case len(o.frames) == 0:
		o.busy = false
		return f, false
	}
	f, o.frames[0] = o.frames[0], frame{}
	if o.frames = o.frames[1:]; len(o.frames) == 0 {
		o.frames = nil
	}
	if f.opcode == websocket.PingMessage {
		if len(o.pings) >= maxPings {
			o.pings = slices.Delete(o.pings, 0, 1)
		}
		o.pings = append(o.pings, sentPing{f.number, now})
	}
	return f, true
}

// wrote says that a frame was written.
func (o *outbox) wrote(f frame, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f.message() {
		o.unsent -= len(f.data)
		o.sent = append(o.sent, now)
	}
}

// takeSent are the times at which messages were written since it was last
// called.
func (o *outbox) takeSent() []time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	sent := o.sent
	o.sent = nil
	return sent
}

// answered is how long the ping took that a pong answers; 0 if it answers
// none. Older pings will have no answer any more.
func (o *outbox) answered(data string, now time.Time) time.Duration {
	number, err := strconv.ParseUint(data, 10, 64)
	if err != nil {
		return 0
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, p := range o.pings {
		if p.number == number {
			o.pings = slices.Delete(o.pings, 0, i+1)
			return max(now.Sub(p.at), 1)
		}
	}
	return 0
}

// end drops what waits, and all that will come. It tells whether a close frame
// was, or would have been, written.
func (o *outbox) end() (closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.frames, o.pong = nil, nil
	return o.closed
}

// waiting is how many bytes of messages are not written yet, and whether a
// close frame was added.
func (o *outbox) waiting() (unsent int, closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unsent, o.closed
}
