package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// guideScript is the guide's own: a GET, two checks, a second of sleep. Its
// stages are replaced on the command line.
const guideScript = "scenarios/load-test.js"

// bytesPerVU measures what virtual users keep in memory.
func bytesPerVU(ctx context.Context, b *bench) error {
	fmt.Println("Memory of virtual users on the guide's script (largest resident set of the process)")
	var base float64
	for _, vus := range []int{1, 1000, 5000} {
		_, u, err := b.load(ctx, false, "--vus", fmt.Sprint(vus), "--duration", "12s", guideScript)
		if err != nil {
			return err
		}
		if vus == 1 {
			base = float64(u.maxRSS)
			fmt.Printf("  %5d VU   %6.1f MB\n", vus, base/1e6)
			continue
		}
		more := (float64(u.maxRSS) - base) / float64(vus-1) / 1000
		fmt.Printf("  %5d VUs  %6.1f MB: %5.1f KB a VU, %5.1f KB beyond the first   goal: at most 80 KB: %s\n",
			vus, float64(u.maxRSS)/1e6, float64(u.maxRSS)/float64(vus)/1000, more, met(more <= 80))
	}
	fmt.Println()
	return nil
}

// startUp measures how long virtual users take to be ready.
func startUp(ctx context.Context, b *bench) error {
	_, u, err := b.load(ctx, false, "--vus", "5000", "--duration", "1s", guideScript)
	if err != nil {
		return err
	}
	seconds, err := after(u.out, "5000 VUs ready after ")
	if err != nil {
		return err
	}
	fmt.Printf("Start-up of 5,000 VUs: %.2f s   goal: under 2 s: %s\n\n", seconds, met(seconds < 2))
	return nil
}

const arrivalScript = `import http from 'k6/http';
export const options = { scenarios: { open: { executor: 'constant-arrival-rate', rate: 1000, duration: '60s', preAllocatedVUs: 50, maxVUs: 100 } } };
export default function () { http.get(` + "`${__ENV.BASE_URL}/health`" + `); }
`

// lateness measures how late iterations start that a schedule wants to start.
func lateness(ctx context.Context, b *bench) error {
	script, err := b.file("arrivals.js", arrivalScript)
	if err != nil {
		return err
	}
	n, u, err := b.load(ctx, false, script)
	if err != nil {
		return err
	}
	_, late, _ := strings.Cut(string(u.out), "iterations started late by ")
	p99, err := after([]byte(late), "p99=")
	if err != nil {
		return err
	}
	dropped, err := after([]byte(late), " due, ")
	if err != nil {
		return err
	}
	fmt.Printf("1,000 arrivals a second for 60 s: %.0f requests, %.0f dropped, started - due p99 %.3f ms   goal: under 1 ms and none lost silently: %s\n\n",
		n, dropped, p99, met(p99 < 1 && n+dropped == 60_000))
	return nil
}

const sampleScript = `import { Trend } from 'k6/metrics';
const trend = new Trend('samples', true);
export const options = { vus: 2, iterations: Number(__ENV.ROUNDS), noUsageReport: true };
export default function () { for (let i = 0; i < 100000; i++) trend.add(Math.random() * 1000); }
`

// constantMemory measures what samples of a trend keep in memory.
func constantMemory(ctx context.Context, b *bench) error {
	script, err := b.file("samples.js", sampleScript)
	if err != nil {
		return err
	}
	fmt.Println("Samples of a trend")
	for _, rounds := range []int{10, 100} {
		_, u, err := b.load(ctx, false, "-e", fmt.Sprintf("ROUNDS=%d", rounds), script)
		if err != nil {
			return err
		}
		fmt.Printf("  %8d samples   %6.1f MB at most   %v\n", rounds*100_000, float64(u.maxRSS)/1e6, u.wall.Round(10*time.Millisecond))
	}
	fmt.Println()
	return nil
}
