package host

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
	"github.com/artisan-platform/headroom/runner/localport"
)

// registryWithin bounds the question whether a registry answers.
const registryWithin = 3 * time.Second

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

// checkRegistry asks for the API's version. Any HTTP answer, a refusal
// included, means that the registry is in reach.
func checkRegistry(ctx context.Context, base string) Check {
	const name = "image registry"
	ctx, cancel := context.WithTimeout(ctx, registryWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v2/", nil)
	if err != nil {
		return Check{name, Warning, err.Error(), "correct the registry's address"}
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err == nil {
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusUnauthorized {
			return Check{Name: name, Status: OK, Detail: base + " answers"}
		}
		err = fmt.Errorf("%s answers %s", base, answer.Status)
	}
	return Check{name, Warning, oneLine(err.Error()), "nothing to do: images are built from source"}
}

// sourceTools build images where no registry answers.
var sourceTools = []string{"go", "debootstrap", "tar", "mount", "chroot"}

// checkTools looks for the programs of source mode, which are a must only if
// images have to be built.
func checkTools(must bool) Check {
	c := Check{Name: "tools to build images", Status: OK}
	var missing []string
	for _, tool := range sourceTools {
		if !installed(tool) {
			missing = append(missing, tool)
		}
	}
	if len(missing) == 0 {
		c.Detail = strings.Join(sourceTools, ", ")
		return c
	}
	c.Detail = "missing: " + strings.Join(missing, ", ")
	c.Advice = fixAdvice + "; Go comes from https://go.dev/dl"
	c.Status = Warning
	if must {
		c.Status = Failure
	}
	return c
}

// checkPorts looks for other programs on the cluster's ports.
func checkPorts(ctx context.Context, o Options) Check {
	var problems, free, own []string
	for _, address := range o.Ports {
		switch err := localport.Free(ctx, address); {
		case err == nil:
			free = append(free, address)
		case publishedBy(ctx, o.Cluster, address):
			own = append(own, address)
		default:
			problems = append(problems, err.Error())
		}
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

// publishedBy reports whether a node of the kind cluster publishes the port.
func publishedBy(ctx context.Context, cluster, address string) bool {
	if cluster == "" {
		return false
	}
	_, port, found := strings.Cut(address, ":")
	if !found {
		return false
	}
	out, err := command.Run(ctx, "docker", "ps", "--quiet",
		"--filter", "label=io.x-k8s.kind.cluster="+cluster, "--filter", "publish="+port)
	return err == nil && strings.TrimSpace(out) != ""
}
