package host

import "slices"

// Traits are the peculiarities of this host that a cluster on it must be
// configured for.
type Traits struct {
	CgroupV1         bool // the kubelet refuses to start unless told otherwise
	LacksSysResource bool // no process here may raise its own limits or lower an OOM score
}

// DetectTraits looks at the kernel that the cluster is going to share.
func DetectTraits() (Traits, error) {
	missing, err := MissingCapabilities()
	if err != nil {
		return Traits{}, err
	}
	return Traits{CgroupV1: cgroupV1(), LacksSysResource: slices.Contains(missing, "CAP_SYS_RESOURCE")}, nil
}
