package kubewatch

import (
	"fmt"
	"net/http"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// clients reach the three API groups that are watched. The full clientset
// would link every API there is.
type clients struct {
	core, apps, autoscaling rest.Interface
	params                  runtime.ParameterCodec
	http                    *http.Client
}

func newClients(base *rest.Config) (*clients, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, autoscalingv2.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("register API types: %w", err)
		}
	}
	codecs := serializer.NewCodecFactory(scheme)
	// One HTTP client for all groups: one connection, one set of credentials.
	client, err := rest.HTTPClientFor(base)
	if err != nil {
		return nil, fmt.Errorf("make a client for %s: %w", base.Host, err)
	}
	group := func(gv schema.GroupVersion) (rest.Interface, error) {
		cfg := rest.CopyConfig(base)
		cfg.GroupVersion = &gv
		cfg.APIPath = "/apis"
		if gv.Group == "" {
			cfg.APIPath = "/api"
		}
		cfg.NegotiatedSerializer = codecs.WithoutConversion()
		cfg.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
		cfg.QPS = -1 // the streams bound themselves
		cfg.WarningHandler = rest.NoWarnings{}
		return rest.RESTClientForConfigAndClient(cfg, client)
	}
	c := &clients{params: runtime.NewParameterCodec(scheme), http: client}
	for _, g := range []struct {
		gv schema.GroupVersion
		to *rest.Interface
	}{
		{corev1.SchemeGroupVersion, &c.core},
		{appsv1.SchemeGroupVersion, &c.apps},
		{autoscalingv2.SchemeGroupVersion, &c.autoscaling},
	} {
		if *g.to, err = group(g.gv); err != nil {
			return nil, fmt.Errorf("make a client for %s: %w", g.gv, err)
		}
	}
	return c, nil
}
