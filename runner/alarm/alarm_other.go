//go:build !linux

package alarm

import (
	"context"
	"errors"
)

func newFine(context.Context) (clock, error) { return nil, errors.ErrUnsupported }
