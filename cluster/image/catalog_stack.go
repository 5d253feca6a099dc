package image

// stackImages are the documented stack's. To add one, add a line here, and a
// build in components.go if it needs a Go program that none builds yet.
func stackImages(c components) []Image {
	return []Image{
		{Ref: "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
			Recipe: serviceRecipe(binary(c.metricsServer, "metrics-server", "/metrics-server"))},
		{Ref: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.15.0",
			Recipe: serviceRecipe(binary(c.kubeStateMetrics, "kube-state-metrics", "/kube-state-metrics"))},
		{Ref: "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0",
			Recipe: serviceRecipe(binary(c.prometheusAdapter, "adapter", "/adapter"))},
		{Ref: "docker.io/prom/prometheus:v3.14.0", Recipe: prometheusRecipe(c)},
		{Ref: "docker.io/library/redis:7.0.15", Recipe: redisRecipe()},
	}
}

// platformImage is the stand-in Artisan Platform, which only this repository has.
func platformImage() Image {
	return Image{
		Ref:    PlatformRef,
		Local:  true,
		Recipe: serviceRecipe(File{Path: "/platform", Source: "./cluster/platform/cmd/platform"}),
	}
}

// PlatformRef is the image of the stand-in Artisan Platform.
const PlatformRef = "ghcr.io/artisan-platform/headroom-platform:v0.1.0"

// nobody is the unprivileged user of images that hold one static program.
const nobody = "65534:65534"

// serviceRecipe is one static program, run as nobody.
func serviceRecipe(program File) Recipe {
	return Recipe{
		Files:  append(minimalFiles(), program),
		Config: Config{Entrypoint: []string{program.Path}, User: nobody},
	}
}

// prometheusRecipe is built from source: Debian's Prometheus leaves Kubernetes
// service discovery out. The paths are those of the upstream image.
func prometheusRecipe(c components) Recipe {
	files := append(minimalFiles(), directory("/etc/prometheus", 0o755), directory("/prometheus", 0o777),
		binary(c.prometheus, "prometheus", "/bin/prometheus"))
	return Recipe{
		Files: files,
		Config: Config{
			Entrypoint: []string{"/bin/prometheus"},
			Cmd:        []string{"--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"},
			User:       nobody, WorkDir: "/prometheus",
		},
	}
}

// redisRecipe takes Debian's Redis under the user and the paths of the
// upstream image, with a shell for probes and init scripts.
func redisRecipe() Recipe {
	files := append(minimalFiles(), busyboxFiles()...)
	files = append(files, directory("/data", 0o777),
		link("/usr/local/bin/redis-server", "/usr/bin/redis-server"), link("/usr/local/bin/redis-cli", "/usr/bin/redis-cli"))
	return Recipe{
		Debian: &Debian{
			Packages: []Package{{"redis-server", "7.0.15"}, {Name: "busybox-static"}},
			Paths:    []string{"/bin/busybox", "/usr/bin/redis-server", "/usr/bin/redis-cli"},
			Expected: 12 * second,
		},
		Files:  files,
		Config: Config{Cmd: []string{"redis-server"}, User: "999:999", WorkDir: "/data"},
	}
}

// minimalFiles are what a program may look up at run time in an image that
// has no distribution under it.
func minimalFiles() []File {
	return []File{
		text("/etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\nredis:x:999:999:redis:/data:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"),
		text("/etc/group", "root:x:0:\nredis:x:999:\nnogroup:x:65534:\n"),
		text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
		directory("/tmp", 0o1777),
	}
}

// busyboxFiles give the applets of /bin/busybox their names.
func busyboxFiles() []File {
	var files []File
	for _, applet := range []string{
		"awk", "basename", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "env", "expr", "false", "grep", "head", "hostname",
		"id", "kill", "ln", "ls", "mkdir", "mktemp", "mv", "nc", "nslookup", "ps", "rm", "sed", "seq", "sh", "sleep", "sort", "tail",
		"test", "timeout", "touch", "tr", "true", "uname", "wc", "wget", "xargs",
	} {
		files = append(files, link("/usr/bin/"+applet, "busybox"))
	}
	return files
}
