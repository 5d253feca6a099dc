package spec

import "testing"

func TestHostAllowed(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "mine.example": true, "MINE.example": true, "LocalHost": true,
		"": false, "0.0.0.0": false, "127.1": false, "10.0.0.1": false, "localhost.example": false, "other.example": false,
	} {
		if got := HostAllowed(host, []string{"mine.example"}); got != want {
			t.Errorf("HostAllowed(%q) = %v, want %v", host, got, want)
		}
	}
}
