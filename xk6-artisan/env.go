package artisan

import "strings"

// The environment variables that say where the extension works.
const (
	EnvPrometheus = "ARTISAN_PROMETHEUS" // URL
	EnvRedis      = "ARTISAN_REDIS"      // host:port, several with commas
	EnvPostgres   = "ARTISAN_POSTGRES"   // connection string
	EnvKubeconfig = "ARTISAN_KUBECONFIG" // path
	EnvContext    = "ARTISAN_CONTEXT"    // of the kubeconfig
	EnvNamespace  = "ARTISAN_NAMESPACE"
	// EnvAllowHosts are the hosts other than this machine that a k6 may load,
	// with commas. Headroom has --allow-host for it.
	EnvAllowHosts = "ARTISAN_ALLOW_HOSTS"
)

// WithEnv fills in what a configuration leaves open from the environment.
// lookup returns the value of a variable, or "".
func (c Config) WithEnv(lookup func(name string) string) Config {
	if c.Prometheus == "" {
		c.Prometheus = lookup(EnvPrometheus)
	}
	if len(c.Redis) == 0 {
		c.Redis = List(lookup(EnvRedis))
	}
	if c.Postgres == "" {
		c.Postgres = lookup(EnvPostgres)
	}
	if c.Cluster == nil {
		c.Cluster = func() (Cluster, error) {
			return FindCluster(ClusterChoice{Kubeconfig: lookup(EnvKubeconfig), Context: lookup(EnvContext), Namespace: lookup(EnvNamespace)})
		}
	}
	return c
}

// List splits a text at its commas.
func List(text string) []string {
	var list []string
	for _, a := range strings.Split(text, ",") {
		if a = strings.TrimSpace(a); a != "" {
			list = append(list, a)
		}
	}
	return list
}
