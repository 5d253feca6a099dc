package extension_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// TestQueueTLS pushes and reads over TLS, with an authority that the script
// names. Every virtual user does so, and all share the connections.
func TestQueueTLS(t *testing.T) {
	secure, plain, ca := redistest.StartTLS(t)
	before, to := connections(t, plain), &log{}
	said, _ := runOn(t, artisan.Config{Redis: []string{secure}, Sink: to}, fmt.Sprintf(`import { queue } from 'k6/x/artisan';
		export const options = { vus: 4, iterations: 40 };
		const ca = %q;
		export default async function () {
			const jobs = queue('default', { tls: { ca } });
			await jobs.push(['a', { b: 1 }]);
			console.log(await queue('other', { tls: { ca, serverName: 'redis.test' } }).length());
			await jobs.drain({ within: '10s', to: await jobs.length() + 80 });
		}`, ca))
	if len(said) != 40 || strings.Trim(strings.Join(said, ""), "0") != "" {
		t.Errorf("the script said %q, want that the other queue is empty, 40 times", said)
	}
	if got := jobs(t, plain, "default"); len(got) != 80 || got[0] != "a" {
		t.Errorf("the queue holds %d jobs: %q", len(got), got)
	}
	met := to.expectations()
	for _, e := range met {
		if e.Outcome != observation.Met {
			t.Errorf("logged %+v, want what was met", e)
		}
	}
	// Two handles, each with a look at the address and a pool of four; and those
	// of this test.
	if n := connections(t, plain) - before; n > 16 || len(met) != 40 {
		t.Errorf("%d connections were made and %d drains logged, want a few for 40 iterations", n, len(met))
	}
}

// connections are how many a Redis has taken since its start.
func connections(t *testing.T, address string) int {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: address})
	defer func() { _ = c.Close() }()
	info, err := c.Info(t.Context(), "stats").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "total_connections_received:")
	n, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]))
	if err != nil {
		t.Fatalf("%v in %s", err, info)
	}
	return n
}

// TestQueueTLSWrong tells a script what is wrong with a server's certificate, or
// with the port, and what to do.
func TestQueueTLSWrong(t *testing.T) {
	secure, _, ca := redistest.StartTLS(t)
	failed := `Error: queue("q").length(): reach Redis at ` + secure + ": begin TLS: tls: failed to verify certificate: x509: certificate "
	testWrong(t, artisan.Config{Redis: []string{secure}}, []wrong{
		{`await artisan.queue('q', { tls: true }).length()`, failed + "signed by unknown authority: give the certificate of the authority that signed its own, in PEM, as ca of tls"},
		{fmt.Sprintf(`await artisan.queue('q', { tls: { ca: %q } }).length()`, redistest.Authority(t)), failed + "signed by unknown authority (possibly because of "},
		{fmt.Sprintf(`await artisan.queue('q', { tls: { ca: %q, serverName: 'other.test' } }).length()`, ca),
			failed + "is valid for redis.test, not other.test: give a name that its certificate is for as serverName of tls"},
		{`await artisan.queue('q').length()`, `Error: queue("q").length(): redis at ` + secure + ": ask whether it is a node of a cluster: EOF: it closed the connection: does it speak TLS at that port"},
		{`artisan.queue('q', { addresses: ['rediss://127.0.0.1:6379'] })`, `TypeError: queue(): "rediss://127.0.0.1:6379" is no address of a Redis: want host:port, such as 127.0.0.1:6379, and no URL (rediss://): TLS is an option, {tls: true}`},
	})
	// Without a look at the certificate all is well.
	said, _ := runOn(t, artisan.Config{Redis: []string{secure}}, `import { queue } from 'k6/x/artisan';
		export default async function () { console.log(await queue('q', { tls: { insecureSkipVerify: true } }).push(3)); }`)
	if strings.Join(said, " ") != "3" {
		t.Errorf("the script said %q, want 3", said)
	}
}
