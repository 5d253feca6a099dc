// Package image provides the container images of a Headroom cluster: the kind
// node image, the Kubernetes control plane and the documented stack.
//
// A catalog names every image once. The reference is the same whether the
// image is pulled from its registry or built on this machine, so manifests do
// not know which of the two happened. Building uses only the Go module proxy
// and Debian's packages: it is what hardened and air-gapped hosts do, and CI.
//
// Building writes into a cache keyed by the digest of each recipe. Every entry
// appears by one rename, so an interrupted build resumes with what is done.
package image
