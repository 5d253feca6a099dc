package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// The attack that is compared: 20,000 GETs at a rate that both clients reach
// with ease, so that what is measured is what a request costs them.
const (
	attackRate   = 2000
	attackLength = 10 * time.Second
	attackRounds = 5
)

const attackScript = `import { attack } from 'k6/x/artisan';
export const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '1m' } } };
export default async function () {
  const r = await attack({ rate: Number(__ENV.RATE), duration: __ENV.LENGTH, targets: [` + "`${__ENV.BASE_URL}/health`" + `] });
  console.log(JSON.stringify({ requests: r.requests, dropped: r.dropped, success: r.success, lag: r.lag.p99 }));
}
`

// attackResult is what the script writes of its attack.
type attackResult struct {
	Requests, Dropped, Success float64
	Lag                        float64 // p99 of started - due, in milliseconds
}

// attack runs the extension's attack.
func (b *bench) attack(ctx context.Context) (attackResult, usage, error) {
	var r attackResult
	script, err := b.file("attack.js", attackScript)
	if err != nil {
		return r, usage{}, err
	}
	console := filepath.Join(b.dir, "console.txt")
	u, err := b.measure(ctx, false, b.headroom, "load", "--quiet", "--log-format", "raw", "--console-output", console,
		"-e", fmt.Sprint("RATE=", attackRate), "-e", fmt.Sprint("LENGTH=", attackLength), script)
	if err != nil {
		return r, u, err
	}
	text, err := takeFile(console)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, u, err
}

// vegetaAttack runs the command at the same rate.
func (b *bench) vegetaAttack(ctx context.Context) (requests float64, u usage, err error) {
	targets, err := b.file("targets", "GET "+b.url+"/health\n")
	if err != nil {
		return 0, usage{}, err
	}
	results := filepath.Join(b.dir, "attack.bin")
	u, err = b.measure(ctx, false, b.vegeta, "attack", "-targets="+targets, fmt.Sprint("-rate=", attackRate), fmt.Sprint("-duration=", attackLength), "-output="+results)
	if err != nil {
		return 0, u, err
	}
	requests, err = b.vegetaRequests(ctx, results)
	return requests, u, err
}

// attacks compares the attack of the extension with the command, and tells how
// late its requests are.
func attacks(ctx context.Context, b *bench) error {
	const want = attackRate * float64(attackLength) / float64(time.Second)
	var own, peer, lag []float64
	for range attackRounds {
		r, u, err := b.attack(ctx)
		if err != nil {
			return err
		}
		n, v, err := b.vegetaAttack(ctx)
		if err != nil {
			return err
		}
		if r.Requests+r.Dropped != want || r.Success != 1 || n < 0.99*want { // vegeta ends by its clock, and may owe a few
			return fmt.Errorf("of %v requests headroom made %v (%v dropped, success %v), and vegeta %v", want, r.Requests, r.Dropped, r.Success, n)
		}
		own, peer, lag = append(own, micros(u.cpu, r.Requests)), append(peer, micros(v.cpu, n)), append(lag, r.Lag)
	}
	ratio := median(own) / median(peer)
	fmt.Printf("artisan.attack at %d/s for %v (user+sys of the client and its start, GET of 15 bytes kept alive, median of %d interleaved runs)\n", attackRate, attackLength, attackRounds)
	fmt.Printf("  headroom load, artisan.attack  %6.2f us a request   (%.2f to %.2f)\n", median(own), slices.Min(own), slices.Max(own))
	fmt.Printf("  vegeta attack                  %6.2f us a request   (%.2f to %.2f)\n", median(peer), slices.Min(peer), slices.Max(peer))
	fmt.Printf("  headroom is %.2f of vegeta; goal: at most 1.10: %s\n", ratio, met(ratio <= 1.1))
	fmt.Printf("  started - due p99 %.3f ms (%.3f to %.3f)   goal: under 1 ms: %s\n\n", median(lag), slices.Min(lag), slices.Max(lag), met(median(lag) < 1))
	return nil
}

// micros is processor time per request, in microseconds.
func micros(cpu time.Duration, requests float64) float64 {
	return float64(cpu) / requests / float64(time.Microsecond)
}
