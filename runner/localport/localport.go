// Package localport says whether a TCP address of this machine is free and,
// if it is not, which program holds it.
package localport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// TakenError says that another program listens on an address.
type TakenError struct {
	Address string // host:port
	Holder  string // the program that holds it, or empty if that is not to be seen
}

func (e *TakenError) Error() string {
	if e.Holder == "" {
		return fmt.Sprintf("%s is taken", e.Address)
	}
	return fmt.Sprintf("%s is taken by %s", e.Address, e.Holder)
}

// Free returns nil if a program can listen on address (host:port) now, a
// *TakenError if another one does, and what the system says otherwise.
func Free(ctx context.Context, address string) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return &TakenError{Address: address, Holder: holder(address)}
	}
	if err != nil {
		return fmt.Errorf("try to listen on %s: %w", address, err)
	}
	return listener.Close()
}
