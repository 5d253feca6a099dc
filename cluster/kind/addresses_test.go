package kind

import (
	"net/netip"
	"testing"
)

func TestUpperEnd(t *testing.T) {
	for subnet, want := range map[string]string{
		"172.18.0.0/16":   "172.18.255.241-172.18.255.254",
		"192.168.32.0/20": "192.168.47.241-192.168.47.254",
		"10.1.2.128/25":   "10.1.2.241-10.1.2.254",
		"10.1.2.7/25":     "10.1.2.113-10.1.2.126", // as given, not masked
	} {
		if got, err := upperEnd(netip.MustParsePrefix(subnet)); err != nil || got != want {
			t.Errorf("upper end of %s is %s, %v; want %s", subnet, got, err, want)
		}
	}
	if got, err := upperEnd(netip.MustParsePrefix("10.0.0.0/26")); err == nil {
		t.Errorf("a subnet of 64 addresses gives %s: containers would come to use it", got)
	}
}
