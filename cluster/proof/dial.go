package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// pods lists the running pods of a selector in the platform's namespace.
func (a *Access) pods(ctx context.Context, selector string) ([]corev1.Pod, error) {
	list, err := a.Kube.CoreV1().Pods(a.Namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, fmt.Errorf("list the pods of %s: %w", selector, err)
	}
	var running []corev1.Pod
	for _, pod := range list.Items {
		if pod.Status.Phase == corev1.PodRunning && pod.DeletionTimestamp == nil {
			running = append(running, pod)
		}
	}
	return running, nil
}

// portForward is the protocol of the API server's tunnel into a pod.
const portForward = "portforward.k8s.io"

// dialPod opens a connection to a port of one pod through the API server, as
// `kubectl port-forward` does: it reaches what no Service leads to.
func (a *Access) dialPod(ctx context.Context, pod string, port int) (net.Conn, error) {
	cfg := rest.CopyConfig(a.REST)
	cfg.GroupVersion, cfg.APIPath = &corev1.SchemeGroupVersion, "/api"
	cfg.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	client, err := rest.RESTClientFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client: %w", err)
	}
	transport, upgrader, err := spdy.RoundTripperFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("make a tunnel: %w", err)
	}
	address := client.Post().Resource("pods").Namespace(a.Namespace).Name(pod).SubResource("portforward").URL()
	dialer := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, address)
	tunnel, _, err := dialer.Dial(portForward)
	if err != nil {
		return nil, fmt.Errorf("tunnel to pod %s: %w", pod, err)
	}
	conn, err := openStreams(tunnel, port)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("tunnel to port %d of pod %s: %w", port, pod, err), tunnel.Close())
	}
	conn.unhook = context.AfterFunc(ctx, func() { _ = tunnel.Close() }) // the read or write that it ends says so
	return conn, nil
}

// openStreams asks for one connection to a port. The error stream comes first,
// as the protocol has it.
func openStreams(tunnel httpstream.Connection, port int) (*podConn, error) {
	headers := http.Header{}
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	headers.Set(corev1.PortHeader, strconv.Itoa(port))
	headers.Set(corev1.PortForwardRequestIDHeader, "0")
	problem, err := tunnel.CreateStream(headers)
	if err != nil {
		return nil, err
	}
	if err := problem.Close(); err != nil { // our half: nothing is sent on it
		return nil, err
	}
	headers.Set(corev1.StreamType, corev1.StreamTypeData)
	data, err := tunnel.CreateStream(headers)
	if err != nil {
		return nil, err
	}
	return &podConn{tunnel: tunnel, data: data, problem: problem}, nil
}

// podConn is a connection through the API server.
type podConn struct {
	tunnel        httpstream.Connection
	data, problem httpstream.Stream
	unhook        func() bool
}

var _ net.Conn = (*podConn)(nil)

// Read reads; where the far end could not be reached, the error says why.
func (c *podConn) Read(p []byte) (int, error) {
	n, err := c.data.Read(p)
	if n == 0 && errors.Is(err, io.EOF) {
		if text, rerr := io.ReadAll(c.problem); rerr == nil && len(text) > 0 {
			return 0, errors.New(strings.TrimSpace(string(text)))
		}
	}
	return n, err
}

func (c *podConn) Write(p []byte) (int, error) { return c.data.Write(p) }

// Close ends the tunnel.
func (c *podConn) Close() error {
	c.unhook()
	return c.tunnel.Close()
}

// podAddr stands for an address that this machine does not know.
type podAddr struct{}

func (podAddr) Network() string { return "tcp" }
func (podAddr) String() string  { return "pod" }

func (c *podConn) LocalAddr() net.Addr  { return podAddr{} }
func (c *podConn) RemoteAddr() net.Addr { return podAddr{} }

// Deadlines are not kept: the context given to dialPod ends the connection.
func (c *podConn) SetDeadline(time.Time) error      { return nil }
func (c *podConn) SetReadDeadline(time.Time) error  { return nil }
func (c *podConn) SetWriteDeadline(time.Time) error { return nil }
