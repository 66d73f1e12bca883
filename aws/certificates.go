package aws

import (
	"context"
	"slices"
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
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
