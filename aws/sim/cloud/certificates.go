package cloud

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// The states of a certificate that the model knows.
const (
	CertificatePending = "PENDING_VALIDATION"
	CertificateIssued  = "ISSUED"
)

// Proof is the record that proves a name of a certificate, as ACM thinks of it: a name and its wildcard have the same.
func (x *Certificate) Proof(name string) (record, value string) {
	name = strings.TrimPrefix(name, "*.")
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(x.ARN+" "+name)))
	return "_" + sum[:32] + "." + name + ".", "_" + sum[32:] + ".jkddzztszm.acm-validations.aws."
}

// CertificateStatus is a certificate's state now: one that waits for its names to be proven is issued once a zone holds the record
// of each.
func (w *World) CertificateStatus(x *Certificate) string {
	if x.Status != CertificatePending || len(x.Names) == 0 {
		return x.Status
	}
	for _, name := range x.Names {
		if !w.holds(x.Proof(name)) {
			return x.Status
		}
	}
	x.Status, x.NotBefore = CertificateIssued, w.Now()
	x.NotAfter = x.NotBefore.AddDate(0, 0, 198)
	w.touch()
	return x.Status
}

// holds says whether some zone has this alias.
func (w *World) holds(name, content string) bool {
	for _, z := range w.Zones {
		for _, r := range z.Records {
			if r.Type == "CNAME" && dns(r.Name) == dns(name) && dns(r.Content) == dns(content) {
				return true
			}
		}
	}
	return false
}

func dns(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
