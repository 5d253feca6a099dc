package proof

// family makes the checks of one component.
type family func(*Access) []Check

// coreChecks are of the components of every level.
var coreChecks = []family{
	autoscalerChecks,
	prometheusChecks,
	queueChecks,
}

// fullChecks are of the components that the full level adds. A component has a
// file of its own with its family, and a line here.
var fullChecks = []family{
	storageChecks,
	postgresChecks,
	pgbouncerChecks,
	redisClusterChecks,
	ingressChecks,
	loadBalancerChecks,
	edgeChecks,
	verticalChecks,
	nodeChecks,
}

// Checks are the checks of a level ("core" or "full"), in the order of the
// table.
func Checks(level string, a *Access) []Check {
	families := coreChecks
	if level == "full" {
		families = append(append([]family{}, coreChecks...), fullChecks...)
	}
	var checks []Check
	for _, f := range families {
		checks = append(checks, f(a)...)
	}
	return checks
}
