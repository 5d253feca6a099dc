package kind

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// CA is the path of the file with the certificate of the authority that signed
// what the stack serves over TLS. It is there once a stack is installed that
// serves TLS.
func (c *Cluster) CA() string { return c.folder.ca() }

// LoadBalancerRange is a range of addresses ("first-last") in the nodes' network
// that no container is given as long as there are fewer than its size: Docker
// gives addresses from the lower end. This machine reaches them directly.
func (c *Cluster) LoadBalancerRange(ctx context.Context) (string, error) {
	out, err := command.Run(ctx, "docker", "network", "inspect", "--format", "{{range .IPAM.Config}}{{println .Subnet}}{{end}}", network)
	if err != nil {
		return "", fmt.Errorf("look at Docker's network %s: %w", network, err)
	}
	for _, field := range strings.Fields(out) {
		subnet, err := netip.ParsePrefix(field)
		if err != nil {
			return "", fmt.Errorf("read the subnet of Docker's network %s: %w", network, err)
		}
		if subnet.Addr().Is4() {
			return upperEnd(subnet)
		}
	}
	return "", fmt.Errorf("no IPv4 subnet in Docker's network %s, which a load balancer's address would come from", network)
}

// poolSize is how many addresses the range has.
const poolSize = 14

// upperEnd is the range of the last addresses of a subnet, its broadcast
// address left out.
func upperEnd(subnet netip.Prefix) (string, error) {
	size := uint32(1) << (32 - subnet.Bits())
	if size < 8*poolSize {
		return "", fmt.Errorf("subnet %s is too small to take a load balancer's addresses from", subnet)
	}
	first := subnet.Masked().Addr().As4()
	broadcast := binary.BigEndian.Uint32(first[:]) + size - 1
	return address(broadcast-poolSize) + "-" + address(broadcast-1), nil
}

func address(n uint32) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b).String()
}
