package k6http

import (
	"maps"
	"slices"
	"strings"

	"github.com/grafana/sobek"
	"golang.org/x/crypto/ocsp"
)

// The names of the states and reasons of OCSP, as constants of the module.
var (
	ocspStatuses = map[int]string{ocsp.Good: "good", ocsp.Revoked: "revoked", ocsp.ServerFailed: "server_failed", ocsp.Unknown: "unknown"}
	ocspReasons  = map[int]string{
		ocsp.Unspecified: "unspecified", ocsp.KeyCompromise: "key_compromise", ocsp.CACompromise: "ca_compromise",
		ocsp.AffiliationChanged: "affiliation_changed", ocsp.Superseded: "superseded",
		ocsp.CessationOfOperation: "cessation_of_operation", ocsp.CertificateHold: "certificate_hold",
		ocsp.RemoveFromCRL: "remove_from_crl", ocsp.PrivilegeWithdrawn: "privilege_withdrawn", ocsp.AACompromise: "aa_compromise",
	}
)

func ocspConstants(into map[string]string) {
	for _, name := range slices.Sorted(maps.Values(ocspStatuses)) {
		into["OCSP_STATUS_"+strings.ToUpper(name)] = name
	}
	for _, name := range slices.Sorted(maps.Values(ocspReasons)) {
		into["OCSP_REASON_"+strings.ToUpper(name)] = name
	}
}

// ocsp is what the server stapled about its certificate.
func (r *response) ocsp() sobek.Value {
	list := []property{{"produced_at", 0}, {"this_update", 0}, {"next_update", 0}, {"revocation_reason", ""}, {"revoked_at", 0}, {"status", "unknown"}}
	if r.hop.tls == nil || len(r.hop.tls.OCSPResponse) == 0 {
		return r.object(list)
	}
	answer, err := ocsp.ParseResponse(r.hop.tls.OCSPResponse, nil)
	if err != nil {
		return r.object(list)
	}
	list[0].value, list[1].value, list[2].value = answer.ProducedAt.Unix(), answer.ThisUpdate.Unix(), answer.NextUpdate.Unix()
	list[5].value = ocspStatuses[answer.Status]
	if answer.Status == ocsp.Revoked {
		list[3].value, list[4].value = ocspReasons[answer.RevocationReason], answer.RevokedAt.Unix()
	}
	return r.object(list)
}
