package host

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// runtimeName is the base name under which the executable is Docker's OCI
// runtime instead of headroom.
const runtimeName = "headroom-oci-runtime"

// runtimeVersion changes with the behaviour of the runtime. Fix replaces an
// installed copy that answers with another one.
const runtimeVersion = runtimeName + " 1"

// versionFlag makes the installed runtime print runtimeVersion.
const versionFlag = "--headroom-runtime-version"

// RunAsOCIRuntime turns this process into the OCI runtime if it was started
// under the runtime's name, and reports whether it was. It belongs at the very
// start of main, because each start of a container and each exec in one passes
// through here.
//
// The runtime is runc with one difference: capabilities that lie outside the
// bounding set are not asked for. A Docker engine that asks for all of them,
// as it does for a privileged container, then works on a host that withholds
// some. It returns only when it is not the runtime, or could not become runc.
func RunAsOCIRuntime(args []string, stdout, stderr io.Writer) (code int, handled bool) {
	if len(args) == 0 || filepath.Base(args[0]) != runtimeName {
		return 0, false
	}
	if len(args) == 2 && args[1] == versionFlag {
		fmt.Fprintln(stdout, runtimeVersion)
		return 0, true
	}
	call := parseRuntimeCall(args[1:])
	err := becomeRunc(call, args[1:])
	fmt.Fprintf(stderr, "%s: %v\n", runtimeName, err)
	logRuntimeError(call.log, err)
	return 1, true
}

// becomeRunc bounds the files that the call names and replaces this process
// by runc. It returns only on failure.
func becomeRunc(call runtimeCall, args []string) error {
	bounding, err := boundingSet()
	if err != nil {
		return err
	}
	if call.bundle != "" {
		err = rewriteFile(filepath.Join(call.bundle, "config.json"), func(b []byte) ([]byte, error) {
			return boundConfig(b, bounding)
		})
	} else if call.process != "" {
		err = rewriteFile(call.process, func(b []byte) ([]byte, error) {
			return boundProcess(b, bounding)
		})
	}
	if err != nil {
		return fmt.Errorf("bound the capabilities: %w", err)
	}
	runc, err := findRunc()
	if err != nil {
		return err
	}
	return fmt.Errorf("exec %s: %w", runc, syscall.Exec(runc, append([]string{"runc"}, args...), os.Environ()))
}

// findRunc looks for runc in PATH and then where distributions put it, since
// the engine may start its runtime with a bare environment.
func findRunc() (string, error) {
	for _, candidate := range []string{"runc", "/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc", "/usr/local/bin/runc"} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("find runc: not in PATH nor in /usr: install the package runc")
}

// runtimeCall is what matters of a runtime's command line.
type runtimeCall struct {
	bundle  string // the bundle's directory, for create and run
	process string // the process file, for exec
	log     string // the file in which the caller looks for the cause of a failure
}

// globalValueFlags are runc's global flags that take a value, which may stand
// in the next argument.
var globalValueFlags = map[string]bool{"root": true, "log": true, "log-format": true, "criu": true, "rootless": true}

// parseRuntimeCall reads runc's command line: global flags, a command, its flags.
func parseRuntimeCall(args []string) runtimeCall {
	var call runtimeCall
	i := 0
	for ; i < len(args) && strings.HasPrefix(args[i], "-"); i++ {
		name, value, attached := splitFlag(args[i])
		if !attached && globalValueFlags[name] && i+1 < len(args) {
			i++
			value = args[i]
		}
		if name == "log" {
			call.log = value
		}
	}
	if i == len(args) {
		return call
	}
	switch command, rest := args[i], args[i+1:]; command {
	case "create", "run":
		if call.bundle = flagValue(rest, "bundle", "b"); call.bundle == "" {
			call.bundle = "." // runc's default: the working directory
		}
	case "exec":
		call.process = flagValue(rest, "process", "p")
	}
	return call
}

// flagValue finds the value of a flag that goes by one of names.
func flagValue(args []string, names ...string) string {
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		name, value, attached := splitFlag(arg)
		for _, wanted := range names {
			switch {
			case name != wanted:
			case attached:
				return value
			case i+1 < len(args):
				return args[i+1]
			}
		}
	}
	return ""
}

// splitFlag splits --name=value.
func splitFlag(arg string) (name, value string, attached bool) {
	return strings.Cut(strings.TrimLeft(arg, "-"), "=")
}

// logRuntimeError leaves the cause where containerd's shim looks for it. The
// caller has the same text on standard error, so a log that cannot be written
// loses nothing.
func logRuntimeError(path string, cause error) {
	if path == "" {
		return
	}
	line, err := json.Marshal(map[string]string{"level": "error", "msg": runtimeName + ": " + cause.Error()})
	if err != nil {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.Write(append(line, '\n'))
}
