package wsconn

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// idle returns an outbox whose frames nobody writes.
func idle() *outbox { return &outbox{write: func() {}} }

// opcodes takes all frames and tells what they are.
func opcodes(o *outbox, now time.Time) (list []int) {
	for {
		f, ok := o.next(now)
		if !ok {
			return list
		}
		list = append(list, f.opcode)
	}
}

func TestOutboxKeepsTheOrder(t *testing.T) {
	o := idle()
	for _, opcode := range []int{websocket.TextMessage, websocket.PingMessage, websocket.BinaryMessage, websocket.CloseMessage} {
		if err := o.push(frame{opcode: opcode, data: []byte("1234")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, opcode := range []int{websocket.TextMessage, websocket.PingMessage, websocket.CloseMessage} {
		if err := o.push(frame{opcode: opcode}); !errors.Is(err, ErrCloseSent) {
			t.Errorf("opcode %d after a close frame: got %v", opcode, err)
		}
	}
	if unsent, closed := o.waiting(); unsent != 8 || !closed {
		t.Errorf("%d bytes wait, closed %t", unsent, closed)
	}
	if got, want := opcodes(o, time.Now()), []int{websocket.TextMessage, websocket.PingMessage, websocket.BinaryMessage, websocket.CloseMessage}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOnlyTheLastPingIsAnswered(t *testing.T) {
	o := idle()
	if err := o.push(frame{opcode: websocket.TextMessage}); err != nil {
		t.Fatal(err)
	}
	o.reply([]byte("a"))
	o.reply([]byte("b"))
	if f, _ := o.next(time.Now()); f.opcode != websocket.PongMessage || string(f.data) != "b" {
		t.Errorf("got %+v, want the pong of b", f)
	}
	if got := opcodes(o, time.Now()); !slices.Equal(got, []int{websocket.TextMessage}) {
		t.Errorf("got %v, want the message", got)
	}
}

func TestOutboxIsBounded(t *testing.T) {
	o := idle()
	big := frame{opcode: websocket.BinaryMessage, data: make([]byte, maxUnsent+1)}
	if err := o.push(big); err != nil {
		t.Errorf("the only message is refused for its size: %v", err)
	}
	small := frame{opcode: websocket.TextMessage, data: []byte("x")}
	if err := o.push(small); !errors.Is(err, ErrFull) {
		t.Errorf("got %v, want ErrFull", err)
	}
	f, _ := o.next(time.Now())
	o.wrote(f, time.Now())
	if err := o.push(small); err != nil {
		t.Errorf("it is still full: %v", err)
	}
	if sent := o.takeSent(); len(sent) != 1 || len(o.takeSent()) != 0 {
		t.Errorf("%d messages were sent, want 1", len(sent))
	}
}

func TestPingsAreMatchedWithPongs(t *testing.T) {
	o, start := idle(), time.Now()
	var sent [4]string
	for i := range sent {
		if err := o.push(frame{opcode: websocket.PingMessage}); err != nil {
			t.Fatal(err)
		}
		f, _ := o.next(start.Add(time.Duration(i) * time.Second))
		sent[i] = string(f.data)
	}
	for _, tt := range []struct {
		data string
		want time.Duration
	}{
		{"unasked", 0}, {"", 0}, {"99", 0},
		{sent[1], 9 * time.Second},
		{sent[1], 0}, // twice
		{sent[0], 0}, // a newer one was answered already
		{sent[3], 7 * time.Second},
	} {
		if got := o.answered(tt.data, start.Add(10*time.Second)); got != tt.want {
			t.Errorf("pong %q: got %v, want %v", tt.data, got, tt.want)
		}
	}
	for range maxPings + 5 {
		if err := o.push(frame{opcode: websocket.PingMessage}); err != nil {
			t.Fatal(err)
		}
		o.next(start)
	}
	if len(o.pings) != maxPings {
		t.Errorf("%d pings wait, want %d", len(o.pings), maxPings)
	}
}
