package api

import (
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var quotaOperations = map[string]operation{
	"GetServiceQuota":   getServiceQuota,
	"ListServiceQuotas": listServiceQuotas,
}

func (c *call) quotas() []*cloud.Quota {
	return keep(c.region.Quotas, func(q *cloud.Quota) bool { return q.Service == c.in.String("ServiceCode") })
}

func getServiceQuota(c *call) (wire.Struct, error) {
	for _, q := range c.quotas() {
		if q.Code == c.in.String("QuotaCode") {
			return wire.Struct{{"Quota", quotaOf(c, q)}}, nil
		}
	}
	return nil, wire.Refuse("NoSuchResourceException", "The request failed because the specified service quota does not exist.")
}

func listServiceQuotas(c *call) (wire.Struct, error) {
	found := c.quotas()
	if len(found) == 0 {
		return nil, wire.Refuse("NoSuchResourceException", "The request failed because the specified service does not exist.")
	}
	page, next, err := cut(c.in, paging{"NextToken", "MaxResults", 100}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"Quotas", wire.Each("member", page, func(q *cloud.Quota) wire.Struct { return quotaOf(c, q) })}, {"NextToken", next}}, nil
}

func quotaOf(c *call, q *cloud.Quota) wire.Struct {
	return wire.Struct{
		{"ServiceCode", q.Service}, {"ServiceName", q.Service}, {"QuotaCode", q.Code}, {"QuotaName", q.Name}, {"Value", q.Value},
		{"Unit", q.Unit}, {"Adjustable", true}, {"GlobalQuota", false},
		{"QuotaArn", "arn:aws:servicequotas:" + c.region.Name + ":" + c.Account + ":" + q.Service + "/" + q.Code},
	}
}
