package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/artisan-platform/headroom/runner/command"
)

// engineLog receives what an engine says that no service manager looks after.
const engineLog = "/var/log/dockerd.log"

// startEngine starts the Docker engine unless it answers.
func startEngine(ctx context.Context, say Say) error {
	if _, err := askEngine(ctx); err == nil {
		return nil
	}
	if pid, err := enginePID(); err == nil && programOf(pid) == "dockerd" {
		return waitEngine(ctx, func(engine) error { return nil }) // the package, or somebody else, is just starting it
	}
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return fmt.Errorf("start the Docker engine: DOCKER_HOST is %s: unset it, or start that engine yourself", host)
	}
	if systemdRuns() {
		say("enable and start the service docker")
		if _, err := command.Run(ctx, "systemctl", "enable", "--now", "docker"); err != nil {
			return fmt.Errorf("start the Docker engine: %w", err)
		}
		return waitEngine(ctx, func(engine) error { return nil })
	}
	args, err := engineArgs(daemonConfig)
	if err != nil {
		return fmt.Errorf("start the Docker engine: %w", err)
	}
	say(strings.Join(append([]string{"start dockerd"}, args...), " ") + " in the background, its log in " + engineLog)
	ended, err := launchEngine(ctx, args)
	if err != nil {
		return fmt.Errorf("start the Docker engine: %w", err)
	}
	return awaitLaunched(ctx, ended)
}

// enginePIDFile is where dockerd leaves its process number.
const enginePIDFile = "/var/run/docker.pid"

// enginePID is the number of the engine's process, or of one that ended
// without taking its file away.
func enginePID() (int, error) {
	text, err := os.ReadFile(enginePIDFile)
	if err != nil {
		return 0, fmt.Errorf("find the Docker engine's process: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0, fmt.Errorf("find the Docker engine's process: %s holds %q", enginePIDFile, text)
	}
	return pid, nil
}

// programOf names the program that a process runs, or is empty if there is
// no such process.
func programOf(pid int) string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// engineArgs are those that an engine is started with whose configuration is in
// file. Published ports are forwarded by the kernel unless the configuration
// has its own will: dockerd's proxy takes a third of a core at 2,200 requests
// per second, which a machine of two cores has better use for.
func engineArgs(file string) ([]string, error) {
	const key = "userland-proxy"
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && strings.TrimSpace(string(text)) == "" {
		return []string{"--" + key + "=false"}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read Docker's configuration: %w", err)
	}
	var settings object
	if err := json.Unmarshal(text, &settings); err != nil {
		return nil, fmt.Errorf("parse %s: %w; mend it by hand first", file, err)
	}
	if _, set := settings[key]; set {
		return nil, nil // dockerd refuses what stands in both places
	}
	return []string{"--" + key + "=false"}, nil
}

// launchEngine starts dockerd in a session of its own, so that it outlives
// this program and its terminal. The channel yields how it ended, if it does
// while this program runs.
func launchEngine(ctx context.Context, args []string) (<-chan error, error) {
	program, err := engineProgram()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(engineLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the engine, which is meant to outlive us
	return ended, nil
}

// awaitLaunched waits until the engine answers, or has ended.
func awaitLaunched(ctx context.Context, ended <-chan error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answered := make(chan error, 1)
	go func() { answered <- waitEngine(ctx, func(engine) error { return nil }) }()
	select {
	case err := <-answered:
		if err != nil {
			return fmt.Errorf("%w\n%s", err, logEnd())
		}
		return nil
	case err := <-ended:
		if err == nil {
			err = errors.New("it exited")
		}
		cancel(fmt.Errorf("dockerd ended: %w", err))
		if err := <-answered; err != nil {
			return fmt.Errorf("%w\n%s", err, logEnd())
		}
		return nil // another engine had been started meanwhile, and answers
	}
}

// logEnd is the end of the engine's log, for an error message.
func logEnd() string {
	const lines = 5
	content, err := os.ReadFile(engineLog)
	if err != nil {
		return "its log: " + err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return "the end of " + engineLog + ":\n" + strings.Join(all[max(0, len(all)-lines):], "\n")
}
