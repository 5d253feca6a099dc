package stack

import (
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
)

func TestOptionsReportEveryMistake(t *testing.T) {
	_, err := Manifests(Options{
		Level:       "all",
		Timeout:     -time.Second,
		Backend:     Workload{Command: []string{"serve"}},
		Frontend:    Workload{Image: "front:1", Port: 70000, ReadyPath: "ready", NoProbes: true},
		QueueWorker: Workload{Env: map[string]string{"BAD-NAME": "1"}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`level "all": unknown`,
		"timeout -1s",
		"artisan-platform-backend: command, args, port, paths and probes belong to an image of your own",
		"artisan-platform-frontend: port 70000",
		"artisan-platform-frontend: a path to probe, and no probes",
		`artisan-platform-frontend: path "ready": must begin with /`,
		`queue-worker: env "BAD-NAME"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

func TestEnvIsAddedToTheStandIn(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore, Backend: Workload{Env: map[string]string{"PLATFORM_DELAY": "2s", "A": "1"}}})
	c := find[*appsv1.Deployment](t, objs, "Deployment", BackendDeployment).Spec.Template.Spec.Containers[0]
	var got []string
	for _, e := range c.Env {
		got = append(got, e.Name+"="+e.Value)
	}
	if s := strings.Join(got, " "); s != "POD_NAME= A=1 PLATFORM_DELAY=2s" {
		t.Errorf("env %s", s)
	}
	if c.Command[0] != "/platform" {
		t.Errorf("command %v", c.Command)
	}
}

func TestStandInWorkerIsToldItsQueue(t *testing.T) {
	for queue, want := range map[string]string{"": "", "default": "", "mail": "mail"} {
		objs := manifests(t, Options{Level: LevelCore, Queue: queue})
		got := ""
		for _, e := range find[*appsv1.Deployment](t, objs, "Deployment", WorkerDeployment).Spec.Template.Spec.Containers[0].Env {
			if e.Name == "PLATFORM_QUEUE" {
				got = e.Value
			}
		}
		if got != want {
			t.Errorf("queue %q: PLATFORM_QUEUE %q, want %q", queue, got, want)
		}
	}
}

func TestOwnImageReplacesTheStandIn(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore, Backend: Workload{
		Image: "example.test/backend:9", Args: []string{"serve"}, Port: 9000, LivePath: "/alive", MetricsPath: "/m",
	}})
	template := find[*appsv1.Deployment](t, objs, "Deployment", BackendDeployment).Spec.Template
	c := template.Spec.Containers[0]
	if c.Image != "example.test/backend:9" || len(c.Command) != 0 || len(c.Args) != 1 || c.Args[0] != "serve" {
		t.Errorf("image %s command %v args %v", c.Image, c.Command, c.Args)
	}
	if len(c.Ports) != 1 || c.Ports[0].ContainerPort != 9000 || c.Ports[0].Name != "http" {
		t.Errorf("ports %v", c.Ports)
	}
	if c.ReadinessProbe.HTTPGet.Path != "/health" || c.StartupProbe.HTTPGet.Path != "/health" || c.LivenessProbe.HTTPGet.Path != "/alive" {
		t.Errorf("probes %v %v %v", c.ReadinessProbe, c.StartupProbe, c.LivenessProbe)
	}
	if a := template.Annotations; a["prometheus.io/port"] != "9000" || a["prometheus.io/path"] != "/m" {
		t.Errorf("annotations %v", a)
	}
	if c.SecurityContext.RunAsUser != nil || c.SecurityContext.ReadOnlyRootFilesystem != nil {
		t.Errorf("security context asks an unknown image for %v", c.SecurityContext)
	}
	if cpu := c.Resources.Requests.Cpu().String(); cpu != "200m" {
		t.Errorf("cpu request %s, want the guide's 200m", cpu)
	}
}

func TestOwnImageWithoutProbes(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore, QueueWorker: Workload{Image: "example.test/worker:9", NoProbes: true}})
	c := find[*appsv1.Deployment](t, objs, "Deployment", WorkerDeployment).Spec.Template.Spec.Containers[0]
	if c.StartupProbe != nil || c.ReadinessProbe != nil || c.LivenessProbe != nil {
		t.Errorf("probes %v %v %v, want none", c.StartupProbe, c.ReadinessProbe, c.LivenessProbe)
	}
}
