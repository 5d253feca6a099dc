package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
)

// markPath is where Headroom's mark is mounted in each node of its clusters.
// The mount is part of the container from its creation on, so that a node is
// known for ours even if it never started, or its creator was killed.
const markPath = "/etc/headroom/mark"

// clusterLabel is the label by which kind finds the nodes of a cluster.
const clusterLabel = "io.x-k8s.kind.cluster"

// container is a node as Docker sees it.
type container struct {
	ID      string
	Name    string
	Running bool
	Marked  bool     // carries Headroom's mark
	Volumes []string // anonymous volumes, which are to go with it
}

// appearWithin bounds how long Docker may list a container without knowing
// it. It does so while it creates one, which takes as long as copying the
// image's /var, with all images of the node in it, into a volume.
const appearWithin = time.Minute

// findContainers lists the node containers of a cluster, running or not,
// ordered by name. It waits for those that are just being created, as they
// are after their creator was killed.
func findContainers(ctx context.Context, cluster string) ([]container, error) {
	limit, cancel := context.WithTimeout(ctx, appearWithin)
	defer cancel()
	for {
		found, err := listContainers(limit, cluster)
		if err == nil {
			return found, nil
		}
		var failed *command.Error
		if !errors.As(err, &failed) || !strings.Contains(failed.Output, "No such container") {
			return nil, fmt.Errorf("look for nodes of cluster %s: %w", cluster, err)
		}
		select {
		case <-time.After(250 * time.Millisecond):
		case <-limit.Done():
			return nil, fmt.Errorf("look for nodes of cluster %s: %w (last: %w)", cluster, context.Cause(limit), err)
		}
	}
}

func listContainers(ctx context.Context, cluster string) ([]container, error) {
	ids, err := command.Run(ctx, "docker", "ps", "--all", "--quiet", "--no-trunc",
		"--filter", "label="+clusterLabel+"="+cluster)
	if err != nil || strings.TrimSpace(ids) == "" {
		return nil, err
	}
	out, err := command.Run(ctx, "docker", append([]string{"inspect", "--type=container"}, strings.Fields(ids)...)...)
	if err != nil {
		return nil, err
	}
	return parseContainers([]byte(out))
}

// parseContainers reads the output of docker inspect.
func parseContainers(inspect []byte) ([]container, error) {
	var docs []struct {
		ID     string `json:"Id"`
		Name   string
		State  struct{ Running bool }
		Mounts []struct{ Type, Name, Destination string }
	}
	if err := json.Unmarshal(inspect, &docs); err != nil {
		return nil, fmt.Errorf("parse the output of docker inspect: %w", err)
	}
	found := make([]container, 0, len(docs))
	for _, doc := range docs {
		c := container{ID: doc.ID, Name: strings.TrimPrefix(doc.Name, "/"), Running: doc.State.Running}
		for _, m := range doc.Mounts {
			switch {
			case m.Destination == markPath:
				c.Marked = true
			case m.Type == "volume":
				c.Volumes = append(c.Volumes, m.Name)
			}
		}
		found = append(found, c)
	}
	slices.SortFunc(found, func(a, b container) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// ForeignError says that a cluster of the name exists which Headroom did not
// create. It is neither used nor changed.
type ForeignError struct {
	Cluster string
	Nodes   []string // the containers without Headroom's mark
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("kind cluster %q was not created by Headroom (node %s does not carry its mark) and is left alone: choose another name, or delete it yourself with `kind delete cluster --name %s`",
		e.Cluster, strings.Join(e.Nodes, ", "), e.Cluster)
}

// refuseForeign returns a *ForeignError unless every container is marked.
func refuseForeign(cluster string, found []container) error {
	var foreign []string
	for _, c := range found {
		if !c.Marked {
			foreign = append(foreign, c.Name)
		}
	}
	if len(foreign) > 0 {
		return &ForeignError{Cluster: cluster, Nodes: foreign}
	}
	return nil
}

// inNode runs a shell script in a node. It goes in by standard input, so
// that an error's command line stays short.
func inNode(ctx context.Context, node, script string) (string, error) {
	return command.Cmd{
		Name:  "docker",
		Args:  []string{"exec", "--interactive", node, "bash", "-eu"},
		Stdin: strings.NewReader(script),
	}.Run(ctx)
}
