package aws

import (
	"context"
	"errors"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"lifeboat/aws/fault"
)

// certificates reads those of ACM's certificates that the estate's listeners use, a call each.
func (l *look) certificates(ctx context.Context) ([]Certificate, error) {
	listeners, err := l.listened()
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, listener := range listeners {
		for _, arn := range listener.Certificates {
			if strings.Contains(arn, ":acm:") && !slices.Contains(arns, arn) {
				arns = append(arns, arn)
			}
		}
	}
	return gather(len(arns), func(i int) ([]Certificate, error) {
		out, err := ask(ctx, l, "acm:DescribeCertificate", arns[i], l.api.acm.DescribeCertificate, &acm.DescribeCertificateInput{CertificateArn: &arns[i]})
		if err != nil || out.Certificate == nil {
			return nil, err
		}
		c := out.Certificate
		return []Certificate{{
			ARN: arns[i], Domain: awssdk.ToString(c.DomainName), Names: c.SubjectAlternativeNames,
			Status: string(c.Status), NotAfter: awssdk.ToTime(c.NotAfter),
		}}, nil
	})
}

// CertificateProof is how a certificate's names are proven by DNS.
type CertificateProof struct {
	ARN, Domain string
	Status      string // PENDING_VALIDATION, ISSUED, ...
	Records     []ValidationRecord
	Complete    bool // there is a record for every name: ACM thinks of them some seconds after the certificate was asked for
}

// ValidationRecord is a DNS record by which ACM knows that a certificate's owner holds its names. It stays, for renewals.
type ValidationRecord struct{ Name, Type, Value string }

// Proof reads the records that prove a certificate's names, each once. A certificate that is proven by e-mail has none, and is
// complete.
func (c *Changer) Proof(ctx context.Context, arn string) (CertificateProof, error) {
	const op = "acm:DescribeCertificate"
	l := c.read.look(ctx)
	defer l.end()
	out, err := ask(ctx, l, op, arn, l.api.acm.DescribeCertificate, &acm.DescribeCertificateInput{CertificateArn: &arn})
	if err != nil {
		return CertificateProof{}, err
	}
	if out.Certificate == nil {
		return CertificateProof{}, fault.New(fault.Unreadable, op, l.on(arn), errors.New("there is no certificate in the answer"))
	}
	p := CertificateProof{ARN: arn, Domain: awssdk.ToString(out.Certificate.DomainName), Status: string(out.Certificate.Status), Complete: true}
	for _, o := range out.Certificate.DomainValidationOptions {
		switch {
		case o.ValidationMethod == types.ValidationMethodEmail:
		case o.ResourceRecord == nil:
			p.Complete = false
		default:
			r := ValidationRecord{awssdk.ToString(o.ResourceRecord.Name), string(o.ResourceRecord.Type), awssdk.ToString(o.ResourceRecord.Value)}
			if !slices.Contains(p.Records, r) {
				p.Records = append(p.Records, r)
			}
		}
	}
	if p.Status == string(types.CertificateStatusPendingValidation) && len(out.Certificate.DomainValidationOptions) == 0 {
		p.Complete = false
	}
	return p, nil
}
