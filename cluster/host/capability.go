package host

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// capabilityNames holds the Linux capabilities by number, as in
// include/uapi/linux/capability.h. OCI configurations name them; the kernel
// shows them as bits.
var capabilityNames = [...]string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
	"CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
	"CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
	"CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
	"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
}

// capabilitySet is a set of capabilities as the kernel shows it: bit n is
// capability number n.
type capabilitySet uint64

// has reports whether the set holds the capability called name. A name that
// this program does not know is taken as held: the kernel judges it.
func (s capabilitySet) has(name string) bool {
	for n, known := range capabilityNames {
		if known == name {
			return s&(1<<n) != 0
		}
	}
	return true
}

// missing names the capabilities up to number last that s does not hold.
func (s capabilitySet) missing(last int) []string {
	var names []string
	for n := 0; n <= last && n < len(capabilityNames); n++ {
		if s&(1<<n) == 0 {
			names = append(names, capabilityNames[n])
		}
	}
	return names
}

// boundingSet reads the bounding set of this process: no program that it
// starts can ever hold more.
func boundingSet() (capabilitySet, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("read the capability bounding set: %w", err)
	}
	defer f.Close()
	return parseBoundingSet(f)
}

// parseBoundingSet finds the CapBnd line of a /proc/<pid>/status file.
func parseBoundingSet(r io.Reader) (capabilitySet, error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		hex, found := strings.CutPrefix(lines.Text(), "CapBnd:")
		if !found {
			continue
		}
		bits, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
		if err != nil {
			return 0, fmt.Errorf("parse the capability bounding set: %w", err)
		}
		return capabilitySet(bits), nil
	}
	if err := lines.Err(); err != nil {
		return 0, fmt.Errorf("read the capability bounding set: %w", err)
	}
	return 0, fmt.Errorf("parse the capability bounding set: no CapBnd line")
}

// MissingCapabilities names the capabilities that this kernel knows and that
// lie outside the bounding set of this process, in the kernel's order.
func MissingCapabilities() ([]string, error) {
	bounding, err := boundingSet()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err != nil {
		return nil, fmt.Errorf("read the kernel's last capability: %w", err)
	}
	last, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("parse the kernel's last capability: %w", err)
	}
	return bounding.missing(last), nil
}
