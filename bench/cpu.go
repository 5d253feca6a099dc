package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// rounds is how often each client runs, in turn with the others.
const rounds = 5

// client is a load generator that sends GETs over ten connections.
type client struct {
	name string
	run  func(ctx context.Context, b *bench) (requests float64, u usage, err error)
}

const getScript = `import http from 'k6/http';
import { check } from 'k6';
export const options = { vus: 10, duration: '4s' };
export default function () {
  const response = http.get(` + "`${__ENV.BASE_URL}/health`" + `);
  check(response, {
    'status is 200': (r) => r.status === 200,
    'response time < 500ms': (r) => r.timings.duration < 500,
  });
}
`

var clients = []client{
	{"headroom load, GET and two checks", func(ctx context.Context, b *bench) (float64, usage, error) {
		script, err := b.file("get.js", getScript)
		if err != nil {
			return 0, usage{}, err
		}
		return b.load(ctx, true, script)
	}},
	{"vegeta attack", func(ctx context.Context, b *bench) (float64, usage, error) {
		targets, err := b.file("targets", "GET "+b.url+"/health\n")
		if err != nil {
			return 0, usage{}, err
		}
		results := filepath.Join(b.dir, "vegeta.bin")
		u, err := b.measure(ctx, true, b.vegeta, "attack", "-targets="+targets, "-rate=0", "-max-workers=10", "-workers=10", "-duration=4s", "-output="+results)
		if err != nil {
			return 0, u, err
		}
		n, err := b.vegetaRequests(ctx, results)
		return n, u, err
	}},
	{"bombardier (fasthttp)", func(ctx context.Context, b *bench) (float64, usage, error) {
		u, err := b.measure(ctx, true, b.bombardier, "-c", "10", "-d", "4s", "--fasthttp", "-o", "json", "-p", "r", b.url+"/health")
		if err != nil {
			return 0, u, err
		}
		var r struct {
			Result struct{ Req2xx float64 }
		}
		err = json.Unmarshal(u.out, &r)
		return r.Result.Req2xx, u, err
	}},
}

// vegetaRequests counts the requests in a file of results.
func (b *bench) vegetaRequests(ctx context.Context, results string) (float64, error) {
	out, err := output(ctx, b.vegeta, "report", "-type=json", results)
	if err != nil {
		return 0, err
	}
	var r struct{ Requests float64 }
	err = json.Unmarshal(out, &r)
	return r.Requests, err
}

// load runs a script and returns its number of requests.
func (b *bench) load(ctx context.Context, pinned bool, args ...string) (requests float64, u usage, err error) {
	export := filepath.Join(b.dir, "summary.json")
	u, err = b.measure(ctx, pinned, append([]string{b.headroom, "load", "--summary-export", export, "--quiet"}, args...)...)
	if err != nil {
		return 0, u, err
	}
	text, err := os.ReadFile(export)
	if err != nil {
		return 0, u, err
	}
	var s struct {
		Metrics map[string]struct{ Count float64 } `json:"metrics"`
	}
	err = json.Unmarshal(text, &s)
	return s.Metrics["http_reqs"].Count, u, err
}

// cpuPerRequest compares the processor time of a request.
func cpuPerRequest(ctx context.Context, b *bench) error {
	perRequest := make([][]float64, len(clients))
	for range rounds {
		for i, c := range clients {
			n, u, err := c.run(ctx, b)
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("%s made no request", c.name)
			}
			perRequest[i] = append(perRequest[i], micros(u.cpu, n))
		}
	}
	fmt.Printf("CPU per request (user+sys of the client, one core, GET of 15 bytes kept alive, median of %d interleaved runs)\n", rounds)
	own := median(perRequest[0])
	for i, c := range clients {
		m := median(perRequest[i])
		fmt.Printf("  %-36s %6.2f us   (%.2f to %.2f)   headroom is %.2f of it\n", c.name, m, slices.Min(perRequest[i]), slices.Max(perRequest[i]), own/m)
	}
	fmt.Printf("  goal: at most 0.90 of vegeta: %s\n\n", met(own/median(perRequest[1]) <= 0.9))
	return nil
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "MISSED"
}

// after returns the number that follows a word in a text.
func after(text []byte, word string) (float64, error) {
	_, rest, ok := strings.Cut(string(text), word)
	if !ok {
		return 0, fmt.Errorf("no %q in\n%s", word, text)
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end < 0 {
		end = len(rest)
	}
	return strconv.ParseFloat(rest[:end], 64)
}
