package api

import (
	"slices"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var acmOperations = map[string]operation{
	"ListCertificates":    listCertificates,
	"DescribeCertificate": describeCertificate,
}

func listCertificates(c *call) (wire.Struct, error) {
	statuses := c.in.Strings("CertificateStatuses")
	found := keep(c.region.Certificates, func(x *cloud.Certificate) bool {
		return len(statuses) == 0 || slices.Contains(statuses, c.CertificateStatus(x))
	})
	page, next, err := cut(c.in, paging{"NextToken", "MaxItems", 1000}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"CertificateSummaryList", wire.Each("member", page, func(x *cloud.Certificate) wire.Struct {
			return append(certificateOf(x),
				wire.Field{"SubjectAlternativeNameSummaries", wire.Members(x.Names)},
				wire.Field{"InUse", len(x.InUse) > 0})
		})},
		{"NextToken", next},
	}, nil
}

// certificateOf is what a summary and a description have in common.
func certificateOf(x *cloud.Certificate) wire.Struct {
	out := wire.Struct{
		{"CertificateArn", x.ARN}, {"DomainName", x.Domain}, {"Status", x.Status}, {"Type", "AMAZON_ISSUED"}, {"KeyAlgorithm", "RSA-2048"},
	}
	if x.Status == cloud.CertificatePending {
		return append(out, wire.Field{"RenewalEligibility", "INELIGIBLE"}, wire.Field{"CreatedAt", x.NotBefore})
	}
	return append(out, wire.Struct{
		{"RenewalEligibility", "ELIGIBLE"}, {"NotBefore", x.NotBefore}, {"NotAfter", x.NotAfter}, {"CreatedAt", x.NotBefore}, {"IssuedAt", x.NotBefore},
	}...)
}

// proofOf is how far the proof of a name has come, and the record that it asks for.
func proofOf(x *cloud.Certificate, p cloud.Proof) wire.Struct {
	status := "SUCCESS"
	if x.Status != "ISSUED" {
		status = x.Status
	}
	return wire.Struct{
		{"DomainName", p.Domain}, {"ValidationDomain", p.Domain}, {"ValidationStatus", status}, {"ValidationMethod", "DNS"},
		{"ResourceRecord", wire.Struct{{"Name", p.Record.Name}, {"Type", p.Record.Type}, {"Value", p.Record.Value}}},
	}
}

func describeCertificate(c *call) (wire.Struct, error) {
	arn := c.in.String("CertificateArn")
	for _, x := range c.region.Certificates {
		if x.ARN == arn {
			c.CertificateStatus(x)
			return wire.Struct{{"Certificate", append(certificateOf(x),
				wire.Field{"SubjectAlternativeNames", wire.Members(x.Names)},
				wire.Field{"InUseBy", wire.Members(x.InUse)},
				wire.Field{"DomainValidationOptions", wire.Each("member", x.Proofs, func(p cloud.Proof) wire.Struct { return proofOf(x, p) })})}}, nil
		}
	}
	return nil, wire.Refuse("ResourceNotFoundException", "Could not find certificate %s.", arn)
}
