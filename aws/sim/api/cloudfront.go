package api

import (
	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

// cloudfrontHome is where CloudFront's one control plane lives.
const cloudfrontHome = "us-east-1"

var cloudfrontOperations = map[string]operation{
	"ListDistributions":     listDistributions,
	"GetDistribution":       getDistribution,
	"GetDistributionConfig": getDistributionConfig,
	"UpdateDistribution":    updateDistribution,
	"CreateInvalidation":    createInvalidation,
	"ListInvalidations":     listInvalidations,
	"GetInvalidation":       getInvalidation,
}

var cloudfrontRoutes = []wire.Route{
	{Method: "GET", Path: "/{Version}/distribution", Action: "ListDistributions"},
	{Method: "GET", Path: "/{Version}/distribution/{Id}", Action: "GetDistribution"},
	{Method: "GET", Path: "/{Version}/distribution/{Id}/config", Action: "GetDistributionConfig"},
	{Method: "PUT", Path: "/{Version}/distribution/{Id}/config", Action: "UpdateDistribution", Document: true},
	{Method: "POST", Path: "/{Version}/distribution/{Id}/invalidation", Action: "CreateInvalidation", Document: true},
	{Method: "GET", Path: "/{Version}/distribution/{Id}/invalidation", Action: "ListInvalidations"},
	{Method: "GET", Path: "/{Version}/distribution/{Id}/invalidation/{InvalidationId}", Action: "GetInvalidation"},
}

// counted is a list as CloudFront writes it, with its length.
func counted[T any](item string, values []T, of func(T) any) wire.Struct {
	s := wire.Struct{{"Quantity", len(values)}}
	if len(values) == 0 {
		return s
	}
	l := wire.List{Item: item}
	for _, v := range values {
		l.Values = append(l.Values, of(v))
	}
	return append(s, wire.Field{"Items", l})
}

func itself[T any](v T) any { return v }

func (c *call) distribution() (*cloud.Distribution, error) {
	for _, d := range c.Distributions {
		if d.ID == c.in.String("Id") {
			return d, nil
		}
	}
	return nil, &wire.Error{Status: 404, Code: "NoSuchDistribution", Message: "The specified distribution does not exist."}
}

func getDistribution(c *call) (wire.Struct, error) {
	d, err := c.distribution()
	if err != nil {
		return nil, err
	}
	c.out.Root, c.out.Header = "Distribution", map[string]string{"ETag": d.ETag}
	return wire.Struct{
		{"Id", d.ID}, {"ARN", d.ARN}, {"Status", d.Status}, {"LastModifiedTime", d.Changed}, {"InProgressInvalidationBatches", d.Invalidating()},
		{"DomainName", d.Domain}, {"DistributionConfig", configOf(d)},
	}, nil
}

func getDistributionConfig(c *call) (wire.Struct, error) {
	d, err := c.distribution()
	if err != nil {
		return nil, err
	}
	c.out.Root, c.out.Header = "DistributionConfig", map[string]string{"ETag": d.ETag}
	return configOf(d), nil
}

func listDistributions(c *call) (wire.Struct, error) {
	page, next, err := cut(c.in, paging{"Marker", "MaxItems", 100}, c.Distributions)
	if err != nil {
		return nil, err
	}
	c.out.Root = "DistributionList"
	head := wire.Struct{
		{"Marker", c.in.String("Marker")}, {"NextMarker", next}, {"MaxItems", c.in.Int("MaxItems", 100)}, {"IsTruncated", next != nil},
	}
	return append(head, counted("DistributionSummary", page, func(d *cloud.Distribution) any { return summaryOf(d) })...), nil
}

func summaryOf(d *cloud.Distribution) wire.Struct {
	head := wire.Struct{
		{"Id", d.ID}, {"ARN", d.ARN}, {"ETag", d.ETag}, {"Status", d.Status}, {"LastModifiedTime", d.Changed}, {"DomainName", d.Domain},
	}
	return append(append(head, shapeOf(d)...), wire.Struct{
		{"Comment", d.Comment}, {"PriceClass", "PriceClass_100"}, {"Enabled", d.Enabled}, {"ViewerCertificate", viewerCertificate(d)},
		{"Restrictions", noRestrictions()}, {"WebACLId", ""}, {"HttpVersion", "http2"}, {"IsIPV6Enabled", true}, {"Staging", false},
	}...)
}

// shapeOf is what a summary and a configuration have in common: where requests go.
func shapeOf(d *cloud.Distribution) wire.Struct {
	return wire.Struct{
		{"Aliases", counted("CNAME", d.Aliases, itself)}, {"Origins", counted("Origin", d.Origins, originOf)},
		{"OriginGroups", counted("OriginGroup", d.Groups, originGroupOf)}, {"DefaultCacheBehavior", behaviorOf(d.Default)},
		{"CacheBehaviors", counted("CacheBehavior", d.Behaviors, func(b cloud.Behavior) any { return behaviorOf(b) })},
		{"CustomErrorResponses", wire.Struct{{"Quantity", 0}}},
	}
}

func configOf(d *cloud.Distribution) wire.Struct {
	head := wire.Struct{{"CallerReference", d.Reference}, {"DefaultRootObject", ""}}
	return append(append(head, shapeOf(d)...), wire.Struct{
		{"Comment", d.Comment}, {"Logging", wire.Struct{{"Enabled", false}, {"IncludeCookies", false}, {"Bucket", ""}, {"Prefix", ""}}},
		{"PriceClass", "PriceClass_100"}, {"Enabled", d.Enabled}, {"ViewerCertificate", viewerCertificate(d)},
		{"Restrictions", noRestrictions()}, {"WebACLId", ""}, {"HttpVersion", "http2"}, {"IsIPV6Enabled", true},
		{"ContinuousDeploymentPolicyId", ""}, {"Staging", false},
	}...)
}

func viewerCertificate(d *cloud.Distribution) wire.Struct {
	return wire.Struct{
		{"CloudFrontDefaultCertificate", false}, {"ACMCertificateArn", d.Certificate}, {"SSLSupportMethod", "sni-only"},
		{"MinimumProtocolVersion", "TLSv1.2_2021"},
	}
}

func noRestrictions() wire.Struct {
	return wire.Struct{{"GeoRestriction", wire.Struct{{"RestrictionType", "none"}, {"Quantity", 0}}}}
}

func originOf(o cloud.Origin) any {
	return wire.Struct{
		{"Id", o.ID}, {"DomainName", o.Domain}, {"OriginPath", ""}, {"CustomHeaders", wire.Struct{{"Quantity", 0}}},
		{"CustomOriginConfig", wire.Struct{
			{"HTTPPort", 80}, {"HTTPSPort", 443}, {"OriginProtocolPolicy", o.Protocol},
			{"OriginSslProtocols", counted("SslProtocol", []string{"TLSv1.2"}, itself)},
			{"OriginReadTimeout", int(o.Read.Seconds())}, {"OriginKeepaliveTimeout", 5},
		}},
		{"ConnectionAttempts", o.Attempts}, {"ConnectionTimeout", int(o.Connect.Seconds())},
		{"OriginShield", wire.Struct{{"Enabled", false}}}, {"OriginAccessControlId", ""},
	}
}

func originGroupOf(g cloud.OriginGroup) any {
	return wire.Struct{
		{"Id", g.ID},
		{"FailoverCriteria", wire.Struct{{"StatusCodes", counted("StatusCode", g.Criteria, itself)}}},
		{"Members", counted("OriginGroupMember", g.Members[:], func(id string) any { return wire.Struct{{"OriginId", id}} })},
		{"SelectionCriteria", "default"},
	}
}

func behaviorOf(b cloud.Behavior) wire.Struct {
	methods := counted("Method", b.Methods, itself)
	methods = append(methods, wire.Field{"CachedMethods", counted("Method", []string{"HEAD", "GET"}, itself)})
	return wire.Struct{
		{"PathPattern", wire.When(b.Pattern)}, {"TargetOriginId", b.Target},
		{"TrustedSigners", wire.Struct{{"Enabled", false}, {"Quantity", 0}}}, {"TrustedKeyGroups", wire.Struct{{"Enabled", false}, {"Quantity", 0}}},
		{"ViewerProtocolPolicy", b.Protocol}, {"AllowedMethods", methods}, {"SmoothStreaming", false}, {"Compress", true},
		{"LambdaFunctionAssociations", wire.Struct{{"Quantity", 0}}}, {"FunctionAssociations", wire.Struct{{"Quantity", 0}}},
		{"FieldLevelEncryptionId", ""}, {"CachePolicyId", b.CacheID}, {"OriginRequestPolicyId", wire.When(b.RequestID)},
	}
}
