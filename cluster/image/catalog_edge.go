package image

import "maps"

// edgeImages are what stands between the clients and the platform, and the
// vertical autoscaler.
func edgeImages() []Image {
	traefik, metallb, vpa := traefikBuild(), metallbBuild(), vpaBuild()
	images := []Image{
		{Ref: "docker.io/library/traefik:v3.7.13",
			Recipe: serviceRecipe(binary(traefik, "traefik", "/usr/local/bin/traefik"))},
		{Ref: "docker.io/library/nginx:1.22.1", Recipe: nginxRecipe()},
		{Ref: "quay.io/metallb/controller:v0.16.1", Recipe: serviceRecipe(binary(metallb, "controller", "/controller"))},
		// The speaker answers ARP itself, for which it needs a raw socket: root.
		{Ref: "quay.io/metallb/speaker:v0.16.1", Recipe: Recipe{
			Files:  append(minimalFiles(), binary(metallb, "speaker", "/speaker")),
			Config: Config{Entrypoint: []string{"/speaker"}},
		}},
	}
	for _, part := range []string{"recommender", "updater", "admission-controller"} {
		images = append(images, Image{
			Ref:    "registry.k8s.io/autoscaling/vpa-" + part + ":" + vpaVersion[1:],
			Recipe: serviceRecipe(binary(vpa, part, "/"+part)),
		})
	}
	return images
}

// vpaVersion is the vertical autoscaler's; its image tags leave the v out.
const vpaVersion = "v1.8.1"

func vpaBuild() *GoBuild {
	const module = "k8s.io/autoscaler/vertical-pod-autoscaler"
	return &GoBuild{
		Name: "vertical-pod-autoscaler", Module: module, Version: vpaVersion,
		Packages: []string{module + "/pkg/recommender", module + "/pkg/updater", module + "/pkg/admission-controller"},
		Expected: 133 * second,
	}
}

// metallbBuild is not of the newest v0.16.2: that needs a module that no module
// proxy serves.
func metallbBuild() *GoBuild {
	const module = "go.universe.tf/metallb"
	return &GoBuild{
		Name: "metallb", Module: module, Version: "v0.16.1",
		Packages: []string{module + "/controller", module + "/speaker"},
		Expected: 90 * second,
	}
}

// traefikBuild is Traefik without the DNS providers of its ACME client: they
// are most of the program, some of their libraries are on no module proxy, and
// no certificate of the stack comes from ACME.
func traefikBuild() *GoBuild {
	b := simpleBuild("traefik", "github.com/traefik/traefik/v3", "v3.7.13", "/cmd/traefik", 180*second)
	b.Vars = map[string]string{"github.com/traefik/traefik/v3/pkg/version.Version": b.Version[1:]}
	b.Swap = []Swap{
		// A folder of Traefik's repository that its module leaves out.
		{Path: "github.com/traefik/traefik/dynamic/ext", Files: map[string]string{
			"go.mod": "module github.com/traefik/traefik/dynamic/ext\n\ngo 1.26.0\n",
			"ext.go": "package ext\n\ntype HTTP struct{}\n\ntype Router struct{}\n",
		}},
		{Path: "github.com/go-acme/lego/v5", With: Module{"github.com/go-acme/lego/v5", "v5.4.1"},
			Files: maps.Clone(noDNSProviders)},
		// The newest commit of the fork that is served. Only its basic and digest
		// authentication uses it, which the stack has none of.
		{Path: "github.com/abbot/go-http-auth", With: Module{"github.com/containous/go-http-auth", "v0.4.1-0.20210329152427-e70ce7ef1ade"}},
	}
	return b
}

// noDNSProviders replaces the list of lego's DNS providers by an empty one.
var noDNSProviders = map[string]string{"providers/dns/zz_gen_dns_providers.go": `package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("DNS provider %s: this build has none", name)
}
`}

// nginxRecipe is the edge cache. It writes to /tmp only, so that it may run as
// anybody.
func nginxRecipe() Recipe {
	return Recipe{
		Debian: &Debian{
			Packages: []Package{{"nginx", "1.22.1"}},
			Paths:    []string{"/usr/sbin/nginx", "/etc/nginx/mime.types"},
			Expected: 12 * second,
		},
		Files:  append(minimalFiles(), directory("/var/log/nginx", 0o777), directory("/var/lib/nginx", 0o777)),
		Config: Config{Cmd: []string{"nginx", "-g", "daemon off;"}, User: nobody, StopSignal: "SIGQUIT"},
	}
}
