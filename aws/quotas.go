package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"lifeboat/aws/fault"
)

// watched are the quotas that bringing an estate to full size can run into.
var watched = []Quota{
	{Service: "fargate", Code: "L-3032A538"}, // On-Demand vCPU: 6 in an account that never asked for more
}

// quotas reads what the account may use: the value that was applied for, else AWS's default.
func (l *look) quotas(ctx context.Context) ([]Quota, error) {
	return gather(len(watched), func(i int) ([]Quota, error) {
		service, code := watched[i].Service, watched[i].Code
		out, err := ask(ctx, l, "servicequotas:GetServiceQuota", service+" "+code, l.api.quotas.GetServiceQuota,
			&servicequotas.GetServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
		if err == nil {
			return quotaOf(out.Quota), nil
		}
		if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		byDefault, err := ask(ctx, l, "servicequotas:GetAWSDefaultServiceQuota", service+" "+code, l.api.quotas.GetAWSDefaultServiceQuota,
			&servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &service, QuotaCode: &code})
		if err != nil {
			return nil, err
		}
		return quotaOf(byDefault.Quota), nil
	})
}

func quotaOf(q *types.ServiceQuota) []Quota {
	if q == nil {
		return nil
	}
	return []Quota{{
		Service: awssdk.ToString(q.ServiceCode), Code: awssdk.ToString(q.QuotaCode), Name: awssdk.ToString(q.QuotaName),
		Value: awssdk.ToFloat64(q.Value),
	}}
}
