package localport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFreeNamesTheHolder(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	var taken *TakenError
	if err := Free(context.Background(), address); !errors.As(err, &taken) || taken.Address != address {
		t.Fatalf("got %v, want %s taken", err, address)
	}
	if want := fmt.Sprintf("(process %d)", os.Getpid()); !strings.Contains(taken.Holder, want) {
		t.Errorf("holder %q, want %s", taken.Holder, want)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Free(context.Background(), address); err != nil {
		t.Errorf("after closing: %v", err)
	}
}

func TestFreeTellsABadAddressFromATakenOne(t *testing.T) {
	for _, address := range []string{"127.0.0.1:99999", "nonsense", "203.0.113.1:80"} {
		err := Free(context.Background(), address)
		var taken *TakenError
		if err == nil || errors.As(err, &taken) || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: got %v, want an error that names it and does not call it taken", address, err)
		}
	}
}

func TestListenInodes(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1
   1: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1
   2: 0100007F:1F40 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 13 1
   3: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 14 1
   4: cut short
`
	if got, want := listenInodes(table, 8000), []string{"11", "12"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: only listening sockets of the port", got, want)
	}
}

func FuzzListenInodes(f *testing.F) {
	f.Add("   0: 0100007F:1F40 00000000:0000 0A 0:0 00:0 0 0 0 11 1\n", uint16(8000))
	f.Fuzz(func(t *testing.T, table string, port uint16) {
		for _, inode := range listenInodes(table, port) {
			if !strings.Contains(table, inode) {
				t.Fatalf("inode %q is not in the table", inode)
			}
		}
	})
}
