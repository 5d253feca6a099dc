package image

import "sigs.k8s.io/kind/pkg/apis/config/defaults"

// registryNodeImage is the node image, pinned by digest, that this version of
// kind was released with.
const registryNodeImage = defaults.Image

// nodeImage is the kind node image as built from source, before the other
// images are put into its containerd. It follows what kind's own base and
// node images do; the static files come from kind's module at build time.
func nodeImage(c components) Image {
	kind := Module{"sigs.k8s.io/kind", kindVersion}
	files := []File{
		{Path: "/", Tree: &Tree{Module: kind, Folder: "images/base/files", Except: []string{"README.txt", "clean-install", "containerd-fuse-overlayfs.service"}}},
		text("/kind/version", kubernetesVersion),
		text("/kind/manifests/default-storage.yaml", defaultStorageClass),
		text("/etc/systemd/journald.conf.d/kind.conf", "[Journal]\nReadKMsg=no\n"),
		text("/etc/hostname", "kind\n"),
		text("/etc/machine-id", ""),
		{Path: "/etc/containerd/cri-base.json", Spec: c.containerd},
		directory("/etc/kubernetes/manifests", 0o755),
		directory("/etc/cni/net.d", 0o755),
		directory("/tmp", 0o1777),
		link("/usr/sbin/init", "/lib/systemd/systemd"),
		link("/etc/systemd/system/systemd-binfmt.service", "/dev/null"),
	}
	for _, unit := range []string{"kubelet", "containerd", "undo-mount-hacks"} {
		files = append(files, link("/etc/systemd/system/multi-user.target.wants/"+unit+".service", "/etc/systemd/system/"+unit+".service"))
	}
	for _, name := range []string{"kubeadm", "kubelet", "kubectl"} {
		files = append(files, binary(c.kubernetes, name, "/usr/bin/"+name))
	}
	for _, name := range []string{"containerd", "containerd-shim-runc-v2", "ctr"} {
		files = append(files, binary(c.containerd, name, "/usr/local/bin/"+name))
	}
	for _, name := range []string{"host-local", "loopback", "ptp", "portmap"} {
		files = append(files, binary(c.containerd, name, "/opt/cni/bin/"+name))
	}
	return Image{
		Ref: nodeRepository + "-base:" + kubernetesVersion,
		Recipe: Recipe{
			Debian: nodeDebian(),
			Files:  files,
			// systemd ends on SIGRTMIN+3 and learns from $container where it runs.
			Config: Config{Entrypoint: nodeEntrypoint(), Env: []string{"container=docker"}, StopSignal: "SIGRTMIN+3"},
		},
	}
}

// nodeRepository is the local repository of built node images.
const nodeRepository = "headroom/node"

func nodeEntrypoint() []string { return []string{"/usr/local/bin/entrypoint", "/sbin/init"} }

// nodeDebian is the node's root file system. What it drops are the units that
// kind's base image drops, and what the package manager left behind.
func nodeDebian() *Debian {
	d := &Debian{
		Drop: []string{
			"/usr/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service",
			"/usr/lib/systemd/system/multi-user.target.wants/*",
			"/etc/systemd/system/*.wants",
			"/usr/lib/systemd/system/local-fs.target.wants/*",
			"/usr/lib/systemd/system/sockets.target.wants/*udev*",
			"/usr/lib/systemd/system/sockets.target.wants/*initctl*",
			"/usr/lib/systemd/system/basic.target.wants/*",
			"/var/lib/dbus/machine-id", // made at random: every node would have the same
			"/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/info",
		},
		Expected: 45 * second,
	}
	for _, name := range []string{
		"systemd", "systemd-sysv", "dbus",
		"conntrack", "iptables", "nftables", "iproute2", "ethtool", "util-linux", "mount", "kmod",
		"libseccomp2", "pigz", "e2fsprogs", "runc",
		"bash", "ca-certificates", "curl", "jq", "procps",
	} {
		d.Packages = append(d.Packages, Package{Name: name})
	}
	return d
}

// defaultStorageClass is what kind applies at creation. The class is
// immutable, so it must already be the one a later provisioner serves.
const defaultStorageClass = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
provisioner: rancher.io/local-path
volumeBindingMode: WaitForFirstConsumer
reclaimPolicy: Delete
`
