package image

import "strings"

// kubernetesImages are what `kubeadm config images list` names for this
// release, and the sandbox image of kind's containerd configuration.
func kubernetesImages(c components) []Image {
	const registry = "registry.k8s.io/"
	images := []Image{
		{Ref: registry + "pause:" + sandboxVersion, Recipe: pauseRecipe()},
		{Ref: registry + "etcd:" + strings.TrimPrefix(etcdVersion, "v") + "-0", Recipe: Recipe{
			Files:  append(minimalFiles(), binary(c.etcd, "server", "/usr/local/bin/etcd")),
			Config: Config{Entrypoint: []string{"etcd"}},
		}},
		{Ref: registry + "coredns/coredns:" + coreDNSVersion, Recipe: Recipe{
			Files:  append(minimalFiles(), binary(c.coreDNS, "coredns", "/coredns")),
			Config: Config{Entrypoint: []string{"/coredns"}},
		}},
		{Ref: registry + "kube-proxy:" + kubernetesVersion, Recipe: kubeProxyRecipe(c.kubernetes)},
	}
	for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		images = append(images, Image{Ref: registry + name + ":" + kubernetesVersion, Recipe: Recipe{
			Files:  append(minimalFiles(), binary(c.kubernetes, name, "/usr/local/bin/"+name)),
			Config: Config{Entrypoint: []string{name}},
		}})
	}
	return images
}

// pauseRecipe holds a pod's namespaces open. It needs nothing but a process
// that waits, reaps its children and ends when told to.
func pauseRecipe() Recipe {
	return Recipe{
		Files:  []File{{Path: "/pause", Source: "./cluster/image/pause"}},
		Config: Config{Entrypoint: []string{"/pause"}, User: "65535:65535"},
	}
}

// kubeProxyRecipe adds the packet filter's own tools to kube-proxy. Which of
// the kernel's two rule sets is in use is known only on the node, so a
// wrapper chooses at run time.
func kubeProxyRecipe(kubernetes *GoBuild) Recipe {
	files := append(minimalFiles(), busyboxFiles()...)
	files = append(files, binary(kubernetes, "kube-proxy", "/usr/local/bin/kube-proxy"), script("/usr/local/sbin/iptables", iptablesWrapper))
	for _, name := range []string{"iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"} {
		files = append(files, link("/usr/local/sbin/"+name, "iptables"))
	}
	return Recipe{
		Debian: &Debian{
			Packages: []Package{{Name: "iptables"}, {Name: "nftables"}, {Name: "conntrack"}, {Name: "kmod"}, {Name: "busybox-static"}},
			Paths: []string{"/bin/busybox", "/usr/sbin/xtables-nft-multi", "/usr/sbin/xtables-legacy-multi", "/usr/lib/*/xtables/*",
				"/usr/sbin/nft", "/usr/sbin/conntrack", "/bin/kmod", "/sbin/modprobe"},
			Expected: 12 * second,
		},
		Files:  files,
		Config: Config{Entrypoint: []string{"kube-proxy"}},
	}
}

// iptablesWrapper runs the variant in which the kubelet already keeps its
// hint chain; without one, the variant that holds more rules, as the node's
// own entrypoint does.
const iptablesWrapper = `#!/bin/sh
mode=$(cat /run/iptables-mode 2>/dev/null)
if [ -z "$mode" ]; then
	if xtables-nft-multi iptables-save -t mangle 2>/dev/null | grep -qE 'KUBE-(IPTABLES-HINT|KUBELET-CANARY)'; then
		mode=nft
	elif xtables-legacy-multi iptables-save -t mangle 2>/dev/null | grep -qE 'KUBE-(IPTABLES-HINT|KUBELET-CANARY)'; then
		mode=legacy
	elif [ "$(xtables-legacy-multi iptables-save 2>/dev/null | grep -c '^-')" -ge "$(xtables-nft-multi iptables-save 2>/dev/null | grep -c '^-')" ]; then
		mode=legacy
	else
		mode=nft
	fi
	mkdir -p /run && echo "$mode" >/run/iptables-mode 2>/dev/null
fi
exec "/usr/sbin/xtables-$mode-multi" "$(basename "$0")" "$@"
`
