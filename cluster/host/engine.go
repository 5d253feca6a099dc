package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
)

// oldestEngine is the first Docker release with --cgroupns, which kind needs.
var oldestEngine = [2]int{20, 10}

// answerWithin bounds a question to the engine: one that hangs is down.
const answerWithin = 15 * time.Second

// engine is what the Docker engine says of itself.
type engine struct {
	ServerVersion  string
	DockerRootDir  string
	CgroupVersion  string
	CgroupDriver   string
	Driver         string // storage driver
	DefaultRuntime string
	ServerErrors   []string
}

// askEngine asks the engine about itself. The error says why it does not answer.
func askEngine(ctx context.Context) (engine, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	out, err := command.Run(ctx, "docker", "info", "--format", "{{json .}}")
	var e engine
	if jsonErr := json.Unmarshal([]byte(out), &e); jsonErr != nil && err == nil {
		return e, fmt.Errorf("parse the answer of docker info: %w", jsonErr)
	}
	switch {
	case len(e.ServerErrors) > 0: // the client exits with 0 or 1 for this, depending on its release
		return e, errors.New(strings.Join(e.ServerErrors, "; "))
	case err != nil:
		return e, lastWords(err)
	case e.ServerVersion == "":
		return e, errors.New("docker info names no engine")
	}
	return e, nil
}

// lastWords reduces a failed docker info to its cause: the client prints a
// whole document of zeros beside its message that nobody answers.
func lastWords(err error) error {
	var failed *command.Error
	if !errors.As(err, &failed) || strings.TrimSpace(failed.Output) == "" {
		return err
	}
	words := failed.Err.Error()
	for line := range strings.Lines(failed.Output) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "{") {
			words = line
		}
	}
	return fmt.Errorf("ask the Docker engine: %s (%w)", words, failed.Err)
}

// newEnough compares a version such as "20.10.24+dfsg1" with oldestEngine.
func newEnough(version string) (bool, error) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false, fmt.Errorf("parse engine version %q: want MAJOR.MINOR", version)
	}
	var found [2]int
	for i := range found {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return false, fmt.Errorf("parse engine version %q: %w", version, err)
		}
		found[i] = n
	}
	if found[0] != oldestEngine[0] {
		return found[0] > oldestEngine[0], nil
	}
	return found[1] >= oldestEngine[1], nil
}
