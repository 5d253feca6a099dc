package vu

import "time"

// Status is how a test stands.
type Status struct {
	Stage                               Stage
	Paused, Running, Stopped, Tainted   bool
	VUs, MaxVUs                         int64
	Iterations, Interrupted, Exceptions uint64
	Elapsed, Total                      time.Duration
}

// Stage is what a test is about. The numbers are those that k6 documents for
// its REST API.
type Stage int32

// The stages.
const (
	StageCreated Stage = iota
	StageInitialisingVUs
	StageInitialisingExecutors
	StageInitialised
	StagePaused
	StageStarted
	StageSetup
	StageRunning
	StageTeardown
	StageEnded
	StageInterrupted
	StageMarkedAsFailed
)
