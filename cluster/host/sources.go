package host

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const registryName = "image registry"

// registryWithin bounds the question whether a registry answers.
const registryWithin = 3 * time.Second

// checkSources looks at where the images come from: the registry unless all are
// built, the tools to build them unless all are pulled.
func checkSources(ctx context.Context, o Options) []Check {
	switch {
	case o.SourceMode:
		return []Check{{Name: registryName, Status: OK, Detail: "not asked: images are built from source"}, checkTools(true)}
	case o.RegistryMode:
		return []Check{checkRegistry(ctx, o.Registry, "images can only be pulled if Docker has a mirror: or use --images auto or source")}
	}
	registry := checkRegistry(ctx, o.Registry, "nothing to do: images are built from source")
	return []Check{registry, checkTools(registry.Status != OK)}
}

// checkRegistry asks for the API's version. Any HTTP answer, a refusal
// included, means that the registry is in reach. None is a warning with the
// given advice: Docker may have a mirror or a proxy that this program has not.
func checkRegistry(ctx context.Context, base, advice string) Check {
	ctx, cancel := context.WithTimeout(ctx, registryWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v2/", nil)
	if err != nil {
		return Check{registryName, Warning, err.Error(), "correct the registry's address"}
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err == nil {
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusUnauthorized {
			return Check{Name: registryName, Status: OK, Detail: base + " answers"}
		}
		err = fmt.Errorf("%s answers %s", base, answer.Status)
	}
	return Check{registryName, Warning, oneLine(err.Error()), advice}
}

// sourceTools build images where no registry answers.
var sourceTools = []string{"go", "debootstrap", "unshare", "chroot", "tar", "mount"}

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
