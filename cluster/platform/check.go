package platform

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"
)

// check makes one GET and succeeds on a 2xx answer. It opens a new connection,
// so that it proves name resolution and routing as well.
func check(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	timeout := flags.Duration("timeout", 5*time.Second, "")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: check: %w", errUsage, err)
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("%w: check [-timeout 5s] URL: want one URL, got %d", errUsage, flags.NArg())
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, flags.Arg(0), nil)
	if err != nil {
		return fmt.Errorf("%w: check: %w", errUsage, err)
	}
	return get(req, stdout)
}

func get(req *http.Request, stdout io.Writer) (err error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	defer func() {
		if cerr := resp.Body.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("check %s: close answer: %w", req.URL, cerr)
		}
	}()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("check %s: answered %s", req.URL, resp.Status)
	}
	_, err = fmt.Fprintf(stdout, "%s %s in %s, served by %s\n", req.URL, resp.Status,
		time.Since(start).Round(time.Millisecond), resp.Header.Get("X-Served-By"))
	return err
}
