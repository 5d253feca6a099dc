package wsconn

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

var errNotUTF8 = errors.New("the server sent a text message that is not UTF-8")

// read turns what comes in into events until nothing comes any more.
func (c *Conn) read() error {
	c.ws.SetPingHandler(func(data string) error {
		c.out.reply([]byte(data))
		c.put(Event{Kind: Ping, At: time.Now()})
		return nil
	})
	c.ws.SetPongHandler(func(data string) error {
		now := time.Now()
		c.put(Event{Kind: Pong, At: now, rtt: c.out.answered(data, now)})
		return nil
	})
	c.ws.SetCloseHandler(func(int, string) error { return nil }) // end answers it
	for {
		opcode, data, err := c.ws.ReadMessage()
		switch {
		case err != nil:
			return err
		case opcode == websocket.BinaryMessage:
			c.put(Event{Kind: Binary, At: time.Now(), Data: data})
		case !utf8.Valid(data):
			c.sayClose(websocket.CloseInvalidFramePayloadData, lingerTimeout)
			return errNotUTF8
		default:
			c.put(Event{Kind: Text, At: time.Now(), Data: data})
		}
	}
}

// patience is how long the server may have to wait for the script before that
// is told.
var patience = 5 * time.Second

func (c *Conn) put(e Event) {
	if c.in.put(e) > patience {
		c.vu.Test.WarnOnce("a WebSocket's messages come faster than the script takes them: reading from it pauses, and its server has to wait")
	}
}

// Send adds a message to those that are to be sent. It keeps data. The error
// is ErrCloseSent or ErrFull.
func (c *Conn) Send(kind Kind, data []byte) error {
	opcode := websocket.TextMessage
	if kind == Binary {
		opcode = websocket.BinaryMessage
	}
	err := c.out.push(frame{opcode: opcode, data: data})
	c.flush(time.Now(), false)
	return err
}

// Ping sends a ping, whose answer is measured. The error is ErrCloseSent.
func (c *Conn) Ping() error { return c.out.push(frame{opcode: websocket.PingMessage}) }

// Close sends a close frame after all that waits to be sent. The connection
// ends when the server has answered it. The error is ErrCloseSent.
func (c *Conn) Close(code int, reason string) error {
	err := c.out.push(frame{opcode: websocket.CloseMessage, data: websocket.FormatCloseMessage(code, reason)})
	if err == nil {
		c.stopAfter(closeTimeout, errNoAnswer)
	}
	return err
}

// write writes what there is to write.
func (c *Conn) write() {
	for {
		f, ok := c.out.next(time.Now())
		if !ok {
			return
		}
		if err := c.writeFrame(f); err == nil {
			c.out.wrote(f, time.Now())
			continue
		} else if !errors.Is(err, ErrCloseSent) { // in answer to the server's
			c.stopAfter(lingerTimeout, err) // unless the reader finds a better reason
		}
		c.out.end()
	}
}

func (c *Conn) writeFrame(f frame) error {
	if f.message() {
		return c.ws.WriteMessage(f.opcode, f.data)
	}
	return c.ws.WriteControl(f.opcode, f.data, time.Time{})
}
