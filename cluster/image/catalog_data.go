package image

import (
	"runtime"
	"strings"
)

// dataImages are those of the stack's data side: storage, the database, its
// pool, and the Redis cluster's exporter.
func dataImages() []Image {
	const provisioner = "github.com/rancher/local-path-provisioner"
	localPath := simpleBuild("local-path-provisioner", provisioner, "v0.0.30", "", 60*second)
	localPath.Vars = map[string]string{"main.VERSION": localPath.Version}
	return []Image{
		{Ref: "docker.io/rancher/local-path-provisioner:v0.0.30",
			Recipe: Recipe{Files: append(minimalFiles(), binary(localPath, "local-path-provisioner", "/usr/bin/local-path-provisioner"))}},
		{Ref: "docker.io/library/busybox:1.35.0", Recipe: busyboxRecipe()},
		{Ref: "ghcr.io/cloudnative-pg/cloudnative-pg:1.27.0", Recipe: operatorRecipe()},
		{Ref: "ghcr.io/cloudnative-pg/postgresql:15.20", Recipe: postgresRecipe()},
		{Ref: "docker.io/edoburu/pgbouncer:1.18.0", Recipe: pgbouncerRecipe()},
		{Ref: "docker.io/oliver006/redis_exporter:v1.45.0", Recipe: Recipe{
			Debian: &Debian{
				Packages: []Package{{"prometheus-redis-exporter", "1.45.0"}},
				Paths:    []string{"/usr/bin/prometheus-redis-exporter"},
				Expected: 12 * second,
			},
			Files:  append(minimalFiles(), link("/redis_exporter", "/usr/bin/prometheus-redis-exporter")),
			Config: Config{Entrypoint: []string{"/redis_exporter"}, User: nobody},
		}},
		{Ref: "ghcr.io/artisan-platform/headroom-pgbouncer-metrics:v0.1.0", Local: true,
			Recipe: serviceRecipe(File{Path: "/pgbouncer-metrics", Source: "./cluster/pgbouncer/cmd/pgbouncer-metrics"})},
	}
}

// busyboxRecipe is the shell of the pods that make and remove volumes.
func busyboxRecipe() Recipe {
	return Recipe{
		Debian: &Debian{
			Packages: []Package{{"busybox-static", "1.35.0"}},
			Paths:    []string{"/bin/busybox"},
			Expected: 10 * second,
		},
		Files:  append(minimalFiles(), busyboxFiles()...),
		Config: Config{Cmd: []string{"sh"}},
	}
}

// operatorRecipe keeps the layout of the upstream image: the operator looks for
// operator/manager_ARCH under its working directory and copies it into the
// database's pods.
func operatorRecipe() Recipe {
	const module = "github.com/cloudnative-pg/cloudnative-pg"
	b := simpleBuild("cloudnative-pg", module, "v1.27.0", "/cmd/manager", 120*second)
	b.Vars = map[string]string{module + "/pkg/versions.buildVersion": strings.TrimPrefix(b.Version, "v")}
	program := "operator/manager_" + runtime.GOARCH
	return Recipe{
		Files:  append(minimalFiles(), binary(b, "manager", "/"+program), link("/manager", program)),
		Config: Config{Entrypoint: []string{"/manager"}, User: "65532:65532", WorkDir: "/"},
	}
}

// postgresRecipe is Debian's PostgreSQL under the user 26 that the operator
// runs it as. The operator reads the major version from the image's tag and
// brings its own entrypoint. Left out is what no server needs, and the JIT
// compiler, without which PostgreSQL runs as well: it would be half the image.
func postgresRecipe() Recipe {
	const home = "/usr/lib/postgresql/15"
	files := []File{
		text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\npostgres:x:26:26:PostgreSQL:/var/lib/postgresql:/bin/bash\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"),
		text("/etc/group", "root:x:0:\npostgres:x:26:\nnogroup:x:65534:\n"),
		directory("/tmp", 0o1777),
		directory("/run/postgresql", 0o1777),
	}
	// Debian's programs in /usr/bin are wrappers that choose a version.
	for _, program := range []string{
		"initdb", "pg_basebackup", "pg_controldata", "pg_ctl", "pg_dump", "pg_isready", "pg_resetwal", "pg_restore",
		"pg_rewind", "pg_upgrade", "pg_verifybackup", "pg_waldump", "pgbench", "postgres", "psql",
	} {
		files = append(files, link("/usr/local/bin/"+program, home+"/bin/"+program))
	}
	return Recipe{
		Debian: &Debian{
			Packages: []Package{{"postgresql-15", "15.20"}, {Name: "ca-certificates"}},
			Drop: []string{
				"/usr/lib/*/libLLVM*", "/usr/lib/*/libz3*", home + "/lib/llvmjit*", home + "/lib/bitcode",
				"/usr/share/doc", "/usr/share/man", "/usr/share/locale", "/usr/share/i18n", "/usr/share/info", "/usr/share/perl*",
				"/usr/lib/*/perl*", "/var/lib/apt/*", "/var/lib/dpkg/info", "/var/cache/*", "/var/lib/postgresql/*", "/etc/postgresql/*",
				"/etc/ssl/private/*", "/etc/shadow*", "/etc/gshadow*",
			},
			Expected: 25 * second,
		},
		Files:  files,
		Config: Config{Env: []string{"LANG=C.UTF-8"}, User: "26:26"},
	}
}

// pgbouncerRecipe has a shell besides: the list of users is written from the
// environment when it starts.
func pgbouncerRecipe() Recipe {
	return Recipe{
		Debian: &Debian{
			Packages: []Package{{"pgbouncer", "1.18.0"}, {Name: "busybox-static"}},
			Paths:    []string{"/bin/busybox", "/usr/sbin/pgbouncer"},
			Expected: 12 * second,
		},
		Files:  append(append(minimalFiles(), busyboxFiles()...), link("/usr/bin/pgbouncer", "/usr/sbin/pgbouncer")),
		Config: Config{Cmd: []string{"pgbouncer"}, User: nobody},
	}
}
