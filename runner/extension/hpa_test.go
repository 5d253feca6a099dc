package extension_test

import (
	"errors"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// unreachable is a cluster whose API server refuses connections.
func unreachable() (artisan.Cluster, error) {
	return artisan.Cluster{Name: "the test's cluster", REST: &rest.Config{Host: "http://127.0.0.1:1"}, Namespace: "shop"}, nil
}

func noCluster() (artisan.Cluster, error) {
	return artisan.Cluster{}, errors.New("there is no cluster")
}

// TestAutoscalerWrong tells a script what is wrong, in its own stack.
func TestAutoscalerWrong(t *testing.T) {
	for _, tt := range []struct {
		cluster    func() (artisan.Cluster, error)
		call, want string
	}{
		{unreachable, `artisan.hpa()`, "TypeError: hpa(name): name must be a string"},
		{unreachable, `artisan.hpa('x', { ns: 'y' })`, `TypeError: hpa(): there is no option "ns": there are namespace`},
		{unreachable, `artisan.hpa('x').expectScale({ within: '1s' })`, "TypeError: expectScale() needs either to or atLeast"},
		{unreachable, `artisan.hpa('x').expectScale({ to: 1, atLeast: 1, within: '1s' })`, "TypeError: expectScale() needs either to or atLeast"},
		{unreachable, `artisan.hpa('x').expectScale({ to: 3 })`, "TypeError: expectScale() needs within"},
		{unreachable, `artisan.hpa('x').expectScale({ to: -3, within: '1s' })`, "TypeError: expectScale(): to must be a number from 0 to 100000, and is -3"},
		{unreachable, `artisan.hpa('x').expectScale({ to: 3, within: '1s', notBefore: '2s' })`, "TypeError: expectScale(): notBefore 2s is after within 1s"},
		{unreachable, `artisan.hpa('x').expectScale({ to: 3, within: '1s', ready: 'yes' })`, "TypeError: expectScale(): ready must be true or false"},
		{unreachable, `artisan.hpa('x').expectScale({ to: 3, within: '1s', from: 'now' })`, "TypeError: expectScale(): from must be a Date"},
		{unreachable, `artisan.hpa('x').expectStable()`, "TypeError: expectStable() needs for"},
		{unreachable, `artisan.hpa('x').expectStable({ for: '2s', within: '1s' })`, "TypeError: expectStable(): within 1s is shorter than for 2s"},
		{unreachable, `artisan.deployment(7)`, "TypeError: deployment(name): name must be a string"},
		{unreachable, `artisan.deployment('x').scale(1.5)`, "TypeError: scale(replicas): replicas must be a whole number"},
		{unreachable, `artisan.deployment('x').scale(2)`, "Error: scale(): the test's cluster may not be changed: only Headroom's own cluster is"},
		{unreachable, `artisan.cluster('x')`, "TypeError: cluster() takes an object with namespace"},
		{unreachable, `artisan.cluster().pods({ owner: 'x' })`, `TypeError: pods(): there is no option "owner": there are of`},
		{noCluster, `artisan.hpa('x')`, `Error: hpa("x"): there is no cluster`},
		{noCluster, `artisan.deployment('x')`, `Error: deployment("x"): there is no cluster`},
		{noCluster, `artisan.cluster()`, "Error: cluster(): there is no cluster"},
		{unreachable, `await artisan.hpa('x').status()`, `Error: read HPA "x" in namespace "shop" of the test's cluster: the API server at http://127.0.0.1:1 does not answer`},
		{unreachable, `await artisan.deployment('x').ready()`, `Error: read Deployment "x" in namespace "shop" of the test's cluster: the API server at http://127.0.0.1:1 does not answer`},
		{unreachable, `await artisan.hpa('x').expectScale({ to: 3, within: '1s' })`, "ExpectationError: HPA x: desired replicas: expected = 3 within 1s: read HPA"},
	} {
		t.Run(tt.call, func(t *testing.T) {
			said, _ := runOn(t, artisan.Config{Cluster: tt.cluster}, `import * as artisan from 'k6/x/artisan';
				async function ask() { `+tt.call+`; }
				export default async function () {
					try { await ask(); console.log('went on'); } catch (e) { console.log(e.name + ': ' + e.message + ' @ ' + e.stack.split('\n').slice(1).join(' ')); }
				}`)
			if len(said) != 1 || !strings.HasPrefix(said[0], tt.want) || !strings.Contains(said[0], "at ask (") || !strings.Contains(said[0], "a.js:2:") {
				t.Errorf("the script said %q, want %q with a stack that leads to ask", said, tt.want)
			}
		})
	}
}

// TestAutoscalerInInit lets the init context name what there may not be yet,
// and use nothing of it.
func TestAutoscalerInInit(t *testing.T) {
	said, _ := runOn(t, artisan.Config{Cluster: noCluster}, `import * as artisan from 'k6/x/artisan';
		const all = [artisan.hpa('x'), artisan.deployment('x'), artisan.cluster()];
		const caught = [];
		for (const use of [() => all[0].status(), () => all[1].scale(1), () => all[2].nodes()]) {
			try { use(); } catch (e) { caught.push(e.message); }
		}
		export default function () { for (const text of caught) console.log(text); }`)
	want := []string{"hpa().status() cannot be used in the init context", "deployment().scale() cannot", "cluster().nodes() cannot"}
	if len(said) != len(want) {
		t.Fatalf("the script said %q", said)
	}
	for i := range want {
		if !strings.HasPrefix(said[i], want[i]) {
			t.Errorf("the script said %q, want %q", said[i], want[i])
		}
	}
}
