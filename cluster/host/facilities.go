package host

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
	"github.com/artisan-platform/headroom/runner/localport"
)

// checkEngine also returns the engine's root folder, if it answers.
func checkEngine(ctx context.Context) (Check, string) {
	const name = "Docker engine"
	e, err := askEngine(ctx)
	if err != nil {
		return Check{name, Failure, oneLine(err.Error()), fixAdvice}, ""
	}
	enough, err := newEnough(e.ServerVersion)
	if err != nil {
		return Check{name, Warning, err.Error(), fmt.Sprintf("release %d.%d or later is needed", oldestEngine[0], oldestEngine[1])}, e.DockerRootDir
	}
	detail := fmt.Sprintf("%s, storage %s, cgroup driver %s", e.ServerVersion, e.Driver, e.CgroupDriver)
	if !enough {
		return Check{name, Failure, detail, fmt.Sprintf("release %d.%d or later is needed: upgrade it", oldestEngine[0], oldestEngine[1])}, e.DockerRootDir
	}
	return Check{Name: name, Status: OK, Detail: detail}, e.DockerRootDir
}

func checkCgroup() Check {
	if cgroupV1() {
		return Check{"cgroup version", Warning, "1, which Kubernetes deprecates", "nothing to do: the nodes are configured for it"}
	}
	return Check{Name: "cgroup version", Status: OK, Detail: "2"}
}

// cgroupV1 reports whether the host is not on the unified hierarchy alone.
func cgroupV1() bool {
	_, err := os.Stat("/sys/fs/cgroup/cgroup.controllers")
	return err != nil
}

// checkPorts looks for other programs on the cluster's ports. docker is the
// engine's check: only a working engine can tell which ports are the cluster's own.
func checkPorts(ctx context.Context, o Options, docker Check) Check {
	var problems, free, own []string
	for _, address := range o.Ports {
		switch err := localport.Free(ctx, address); {
		case err == nil:
			free = append(free, address)
		case docker.Status != Failure && publishedBy(ctx, o.Cluster, address):
			own = append(own, address)
		default:
			problems = append(problems, err.Error())
		}
	}
	if len(problems) > 0 && docker.Status == Failure {
		return notTried("ports", strings.Join(problems, "; ")+" (not told without the Docker engine: whether by the cluster itself)")
	}
	if len(problems) > 0 {
		return Check{"ports", Failure, strings.Join(problems, "; "), "stop that program, or change hostPort in the kind configuration"}
	}
	detail := "free: " + strings.Join(free, ", ")
	if len(own) > 0 {
		detail = fmt.Sprintf("held by cluster %s itself: %s", o.Cluster, strings.Join(own, ", "))
		if len(free) > 0 {
			detail += "; free: " + strings.Join(free, ", ")
		}
	}
	return Check{Name: "ports", Status: OK, Detail: detail}
}

// hasNodes reports whether a node of the kind cluster runs.
func hasNodes(ctx context.Context, cluster string, filters ...string) bool {
	if cluster == "" {
		return false
	}
	out, err := command.Run(ctx, "docker", append([]string{"ps", "--quiet", "--filter", "label=io.x-k8s.kind.cluster=" + cluster}, filters...)...)
	return err == nil && strings.TrimSpace(out) != ""
}

// publishedBy reports whether a node of the kind cluster publishes the port.
func publishedBy(ctx context.Context, cluster, address string) bool {
	_, port, found := strings.Cut(address, ":")
	return found && hasNodes(ctx, cluster, "--filter", "publish="+port)
}
