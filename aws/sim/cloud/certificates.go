package cloud

import (
	"fmt"
	"strings"
)

// The states of a certificate that the model knows.
const (
	CertificatePending = "PENDING_VALIDATION"
	CertificateIssued  = "ISSUED"
)

// Ask thinks of the records that prove a certificate's names, which are then what it waits for. ACM asks the same record of every
// certificate of an account for a name, and for its wildcard.
func (x *Certificate) Ask(account string) {
	x.Proofs = nil
	for _, name := range x.Names {
		plain := strings.TrimPrefix(name, "*.")
		x.Proofs = append(x.Proofs, Proof{Domain: name, Record: Validation{
			Name: fmt.Sprintf("_%016x.%s.", hash(account+plain), plain), Type: "CNAME", Value: fmt.Sprintf("_%016x.acm-validations.aws.", hash(plain+account)),
		}})
	}
}

// CertificateStatus is a certificate's state now: one that waits for its names to be proven is issued once the record of each is
// published, whoever waits for it.
func (w *World) CertificateStatus(x *Certificate) string {
	if x.Status == CertificatePending && len(x.Proofs) > 0 && w.proven(x) {
		x.issue(w.now)
		w.touch()
	}
	return x.Status
}
