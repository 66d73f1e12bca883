package edge

import (
	"context"
	"strings"

	"lifeboat/aws"
)

// told hears of a request right before it is sent: Spec.Asked, where there is one.
func (s Spec) told(ctx context.Context, a aws.Asked) {
	if s.Asked != nil {
		s.Asked(ctx, a)
	}
}

// toldOfFront is what CloudFront's clients tell of their requests: those to CloudFront itself get the distribution for a
// target. A role that is assumed for them (sts:AssumeRole) is told too.
func (s Spec) toldOfFront(ctx context.Context, a aws.Asked) {
	if strings.HasPrefix(a.Operation, "cloudfront:") {
		a.Target = s.DistributionID
	}
	s.told(ctx, a)
}

// What is asked of Cloudflare, in the words that faults use.
const (
	askZones   = "zones"
	askRecords = "dns_records"
	askBatch   = "dns_records/batch"
	askChecks  = "healthchecks"
	askPools   = "pools"

	askNewCheck  = "healthchecks (new)"
	askEditCheck = "healthchecks (edit)"
	askDropCheck = "healthchecks (delete)"
)

// cloudflareNames are Cloudflare's own names of what is asked.
var cloudflareNames = map[string]string{
	askZones: "ListZones", askRecords: "ListDNSRecords", askBatch: "BatchDNSRecords", askChecks: "ListHealthChecks", askPools: "ListPools",
	askNewCheck: "CreateHealthCheck", askEditCheck: "EditHealthCheck", askDropCheck: "DeleteHealthCheck",
}

// changing are the operations that change something.
var changing = []string{askBatch, askNewCheck, askEditCheck, askDropCheck}
