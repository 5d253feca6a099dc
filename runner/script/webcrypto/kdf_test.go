package webcrypto

import (
	"bytes"
	"context"
	"crypto/hmac"
	stdpbkdf2 "crypto/pbkdf2"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestPBKDF2 compares ours with that of the standard library.
func TestPBKDF2(t *testing.T) {
	for _, d := range []*digest{sha1Digest, sha256Digest, sha384Digest, sha512Digest} {
		for _, password := range []string{"", "password", "a password that is longer than a block of the hash, so that the key of its HMAC is hashed itself before anything else happens to it, also for SHA-512"} {
			for _, iterations := range []int{1, 2, 1024, 1025} {
				for _, size := range []int{0, 1, 20, 21, 64, 65, 200} {
					want, err := stdpbkdf2.Key(d.new, password, []byte("salt"), iterations, max(size, 1))
					if err != nil {
						t.Fatal(err)
					}
					got, err := pbkdf2(t.Context(), hmac.New(d.new, []byte(password)), []byte("salt"), iterations, size)
					if err != nil || !bytes.Equal(got, want[:size]) {
						t.Errorf("%s, %d iterations, %d bytes: got %x, %v; want %x", d.name, iterations, size, got, err, want)
					}
				}
			}
		}
	}
}

func TestPBKDF2EndsWithItsContext(t *testing.T) {
	over := errors.New("the iteration is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(over) })
	for _, size := range []int{1, 1 << 30} { // many iterations, or many blocks
		iterations := 1 << 31 / size
		if _, err := pbkdf2(ctx, hmac.New(sha256Digest.new, nil), nil, iterations, size); !errors.Is(err, over) {
			t.Errorf("got %v, want the cause of the end", err)
		}
	}
}

func TestUnlessOver(t *testing.T) {
	if got, err := unlessOver(t.Context(), func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	over := errors.New("the iteration is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(over)
	release := make(chan struct{})
	defer close(release)
	if _, err := unlessOver(ctx, func() (int, error) { <-release; return 7, nil }); !errors.Is(err, over) {
		t.Errorf("got %v, want the cause of the end", err)
	}
}
