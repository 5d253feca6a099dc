package extension_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
	"github.com/artisan-platform/headroom/runner/script"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// log keeps what a run's log would have.
type log struct {
	mu      sync.Mutex
	records []observation.Record
}

func (l *log) Observe(r observation.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
}

// expectations are those that the log has.
func (l *log) expectations() (all []observation.Expectation) {
	for _, r := range l.records {
		if r.Kind == observation.KindExpectation {
			all = append(all, *r.Expectation)
		}
	}
	return all
}

// pushes are those that the log has.
func (l *log) pushes() (all []observation.Queue) {
	for _, r := range l.records {
		if r.Kind == observation.KindQueue {
			all = append(all, *r.Queue)
		}
	}
	return all
}

// jobs are what waits in a list.
func jobs(t *testing.T, address, list string) []string {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: address})
	defer func() { _ = c.Close() }()
	got, err := c.LRange(t.Context(), list, 0, -1).Result()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestQueuePush pushes jobs of both forms, in their order.
func TestQueuePush(t *testing.T) {
	address, to := redistest.Start(t), &log{}
	said, _ := runOn(t, artisan.Config{Redis: []string{address}, Sink: to}, `import artisan from 'k6/x/artisan';
		const q = artisan.queue(); // also in the init context
		export default async function () {
			console.log(q.name, await q.length());
			console.log(await q.push(10007));
			console.log(await artisan.queue('mine').push(['a', { b: 1 }, new Uint8Array([99]).buffer, new Uint8Array([100])]));
			console.log(await q.length(), await artisan.queue('mine').length());
		}`)
	if got := strings.Join(said, "\n"); got != "default 0\n10007\n4\n10007 4" {
		t.Errorf("the script said %q", said)
	}
	got := jobs(t, address, "default")
	if len(got) != 10007 || got[0] != `{"seq":0}` || got[4000] != `{"seq":4000}` || got[10006] != `{"seq":10006}` {
		t.Errorf("the queue holds %d jobs, from %s to %s", len(got), got[0], got[len(got)-1])
	}
	if mine := strings.Join(jobs(t, address, "mine"), " "); mine != `a {"b":1} c d` {
		t.Errorf("the other queue holds %s", mine)
	}
	want := []observation.Queue{{Load: "load", List: "default", Pushed: 10007, Length: 10007}, {Load: "load", List: "mine", Pushed: 4, Length: 4}}
	if logged := to.pushes(); len(logged) != 2 || logged[0] != want[0] || logged[1] != want[1] {
		t.Errorf("logged %+v, want %+v", logged, want)
	}
}

// TestQueueCluster works on a cluster that is reached by ports of this machine.
func TestQueueCluster(t *testing.T) {
	nodes := redistest.Cluster(t, 3)
	said, _ := runOn(t, artisan.Config{Redis: nodes[:1]}, `import { queue } from 'k6/x/artisan';
		export default async function () {
			for (const name of ['a', 'b', 'c', 'd']) {
				await queue(name).push(5000);
				console.log(await queue(name).length());
			}
		}`)
	if strings.Join(said, " ") != "5000 5000 5000 5000" {
		t.Errorf("the script said %q", said)
	}
}

// worker takes jobs until stop.
func worker(t *testing.T, address, list string, each time.Duration) (stop func()) {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: address})
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(each):
				if err := c.LPop(t.Context(), list).Err(); err != nil && !errors.Is(err, redis.Nil) {
					t.Error(err)
					return
				}
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		_ = c.Close()
	}
}

// TestQueueDrain expects a queue to be emptied: by a worker that does, and then
// by none.
func TestQueueDrain(t *testing.T) {
	address, to := redistest.Start(t), &log{}
	stop := worker(t, address, "default", 5*time.Millisecond)
	defer stop()
	said, _ := runOn(t, artisan.Config{Redis: []string{address}, Sink: to}, `import { queue } from 'k6/x/artisan';
		export default async function () {
			await queue().push(100);
			const r = await queue().drain({ within: '1m', name: 'the burst is done' });
			console.log(r.length, r.took > 300 && r.took < 30000);
			await queue('idle').push(5);
			console.log(JSON.stringify(await queue('idle').drain({ within: '1s', to: 5 })).replace(/[0-9.]+}/, 'T}'));
			try { await queue('idle').drain({ within: '600ms', to: 3 }); } catch (e) { console.log(e.name, e.message.replace(/after .*/, 'after T'), e.outcome); }
		}`)
	want := []string{"0 true", `{"length":5,"took":T}`, "ExpectationError queue idle: jobs: expected <= 3 within 600ms, saw 5 after T"}
	if len(said) != 3 || said[0] != want[0] || said[1] != want[1] || !strings.HasPrefix(said[2], want[2]) {
		t.Errorf("the script said %q, want %q", said, want)
	}
	got := to.expectations()
	if len(got) != 3 || got[0].Name != "the burst is done" || got[0].Outcome != observation.Met || got[0].Margin[0] != '+' || got[0].Samples < 2 ||
		got[2].Outcome != observation.Missed || got[2].Margin != "-2" || got[2].Limit != "<= 3 within 600ms" {
		t.Errorf("logged %+v", got)
	}
}

// TestQueueHold keeps a queue at a length while a worker takes from it.
func TestQueueHold(t *testing.T) {
	address, to := redistest.Start(t), &log{}
	stop := worker(t, address, "default", 2*time.Millisecond)
	defer stop()
	said, _ := runOn(t, artisan.Config{Redis: []string{address}, Sink: to}, `import { queue } from 'k6/x/artisan';
		export default async function () {
			const r = await queue().hold(1000, { for: '2500ms' });
			console.log(r.pushed > 1100, r.lowest < 1000 && r.lowest > 500, r.highest <= 1000, r.mean >= r.lowest && r.mean <= r.highest, r.looks >= 10);
			const none = await queue('other').hold(10, { for: '10ms' });
			console.log(none.pushed, none.lowest, none.mean);
		}`)
	if strings.Join(said, "\n") != "true true true true true\n10 NaN NaN" {
		t.Errorf("the script said %q", said)
	}
	total := 0
	for _, p := range to.pushes() {
		if p.List == "default" {
			total += p.Pushed
		}
	}
	if n := len(to.pushes()); total < 1100 || n < 3 || n > 6 {
		t.Errorf("logged %+v: want the fill, about one record a second, and the other queue's", to.pushes())
	}
}

// TestQueueWrong tells a script what is wrong, in its own stack.
func TestQueueWrong(t *testing.T) {
	address := redistest.Start(t)
	c := redis.NewClient(&redis.Options{Addr: address})
	defer func() { _ = c.Close() }()
	if err := c.HSet(t.Context(), "hash", "a", 1).Err(); err != nil {
		t.Fatal(err)
	}
	testWrong(t, artisan.Config{Redis: []string{address}}, []wrong{
		{`artisan.queue(7)`, "TypeError: queue(name): name must be a string that is not empty"},
		{`artisan.queue('q', { host: 'x' })`, `TypeError: queue(): there is no option "host": there are addresses, username, password, tls`},
		{`artisan.queue('q', { addresses: '127.0.0.1:6379' })`, "TypeError: queue(): addresses must be an array of strings"},
		{`artisan.queue('q', { addresses: [] })`, "TypeError: queue(): addresses is empty"},
		{`artisan.queue('q', { addresses: ['127.0.0.1'] })`, `TypeError: queue(): "127.0.0.1" is no address of a Redis: want host:port`},
		{`artisan.queue('q', { addresses: ['redis.example:6379'] })`, `TypeError: queue(): redis address "redis.example:6379": host "redis.example" is not this machine; allow it with --allow-host redis.example`},
		{`artisan.queue('q', { tls: 'yes' })`, "TypeError: queue(): tls must be true, false or {ca, serverName, insecureSkipVerify}"},
		{`artisan.queue('q', { tls: { ca: 'x' } })`, "TypeError: queue(): tls.ca holds no certificate"},
		{`artisan.queue('q').push()`, `TypeError: queue("q").push() takes a number of jobs or an array of them, and got undefined`},
		{`artisan.queue('q').push(0)`, `TypeError: queue("q").push(): the number of jobs must be a whole number from 1 to`},
		{`artisan.queue('q').push(1.5)`, `TypeError: queue("q").push(): the number of jobs must be a whole number`},
		{`artisan.queue('q').push([])`, `TypeError: queue("q").push(): the array of jobs is empty`},
		{`artisan.queue('q').push(['a', null])`, `TypeError: queue("q").push(): job 1 must be a string, bytes or an object, and is null`},
		{`artisan.queue('q').drain()`, `TypeError: queue("q").drain() needs within, such as {within: "2m"}`},
		{`artisan.queue('q').drain({ within: '1s', to: -1 })`, `TypeError: queue("q").drain(): to must be a number from 0`},
		{`artisan.queue('q').hold(5)`, `TypeError: queue("q").hold() needs for, such as {for: "2m"}`},
		{`artisan.queue('q').hold('5', { for: '1s' })`, `TypeError: queue("q").hold() takes the length to keep, a whole number`},
		{`await artisan.queue('q', { addresses: ['127.0.0.1:1'] }).length()`, `Error: queue("q").length(): reach Redis: dial tcp 127.0.0.1:1: connect: connection refused: is it there`},
		{`await artisan.queue('q', { addresses: ['127.0.0.1:1'] }).push(3)`, `Error: queue("q").push(): pushed 0 of 3 jobs: reach Redis: dial tcp 127.0.0.1:1`},
		{`await artisan.queue('q', { addresses: ['127.0.0.1:1'] }).drain({ within: '300ms' })`, `ExpectationError: queue q: jobs: expected <= 0 within 300ms: reach Redis: dial tcp 127.0.0.1:1`},
		{`await artisan.queue('hash').push(3)`, `Error: queue("hash").push(): pushed 0 of 3 jobs: the key "hash" in the Redis at ` + address + ` holds no list but a hash: it can be no queue`},
		{`await artisan.queue('hash').drain({ within: '1h' })`, `ExpectationError: queue hash: jobs: expected <= 0 within 1h: the key "hash"`},
	})
}

// wrong is a call and how what it throws begins.
type wrong struct{ call, want string }

// testWrong makes calls that must throw, with a stack that leads to the call.
func testWrong(t *testing.T, on artisan.Config, calls []wrong) {
	t.Helper()
	for _, tt := range calls {
		t.Run(tt.call, func(t *testing.T) {
			said, _ := runOn(t, on, `import * as artisan from 'k6/x/artisan';
				async function ask() { `+tt.call+`; }
				export default async function () {
					try { await ask(); console.log('went on'); } catch (e) { console.log(e.name + ': ' + e.message + ' @ ' + e.stack.split('\n').slice(1).join(' ')); }
				}`)
			if len(said) != 1 || !strings.HasPrefix(said[0], tt.want) || !strings.Contains(said[0], "at ask (") || !strings.Contains(said[0], "a.js:2:") {
				t.Errorf("the script said %q, want %q with a stack that leads to ask", said, tt.want)
			}
		})
	}
}

// testStops runs a call that would take an hour in a scenario of one second,
// beside another virtual user, which must go on meanwhile.
func testStops(t *testing.T, on artisan.Config, call string) {
	t.Helper()
	var began time.Time
	said, _ := runOn(t, on, `import * as artisan from 'k6/x/artisan';
		export const options = { scenarios: {
			waits: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s', exec: 'waits' },
			other: { executor: 'constant-vus', vus: 1, duration: '900ms', gracefulStop: '0s', exec: 'other' } } };
		let n = 0;
		export async function waits() { await `+call+`; console.log('went on'); }
		export async function other() { await new Promise((done) => setTimeout(done, 50)); console.log('other'); }`,
		func(*script.Config) { began = time.Now() })
	late := time.Since(began) - time.Second
	t.Logf("%s: ended %v after its time", call, late)
	if late > 300*time.Millisecond || late < 0 {
		t.Errorf("the test ended %v after its time", late)
	}
	if n := strings.Count(strings.Join(said, " "), "other"); n < 5 || strings.Contains(strings.Join(said, " "), "went on") {
		t.Errorf("the scripts said %q, want only the other to go on", said)
	}
}

// TestQueueStops ends waits with their iteration.
func TestQueueStops(t *testing.T) {
	on := artisan.Config{Redis: []string{redistest.Start(t)}}
	testStops(t, on, `artisan.queue().hold(10, { for: '1h' })`)
	to := &log{}
	on.Sink = to
	testStops(t, on, `artisan.queue().drain({ within: '1h' })`)
	if got := to.expectations(); len(got) != 1 || got[0].Outcome != observation.Unknown || got[0].Seen == "" || !got[0].Cut {
		t.Errorf("logged %+v, want one that is unknown because it was cut off", got)
	}
}
