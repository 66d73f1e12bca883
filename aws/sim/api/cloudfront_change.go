package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

func updateDistribution(c *call) (wire.Struct, error) {
	d, err := c.distribution()
	if err != nil {
		return nil, err
	}
	in := c.in.In("DistributionConfig")
	if err := consistent(in); err != nil {
		return nil, err
	}
	next := configIn(in)
	if err := next.Check(); err != nil {
		return nil, err
	}
	if err := lossless(in, next); err != nil {
		return nil, err
	}
	if err := c.UpdateDistribution(d, c.header.Get("If-Match"), next); err != nil {
		return nil, err
	}
	return getDistribution(c)
}

// configIn reads a configuration as far as the model goes; what is beyond it is refused by lossless.
func configIn(in wire.In) cloud.Configuration {
	next := cloud.Configuration{
		Reference: in.String("CallerReference"), Aliases: items(in, "Aliases"), Comment: in.String("Comment"),
		Enabled: in.Bool("Enabled", false), Certificate: in.In("ViewerCertificate").String("ACMCertificateArn"),
		Default: behaviorIn(in.In("DefaultCacheBehavior")),
	}
	for _, o := range in.In("Origins").List("Items") {
		next.Origins = append(next.Origins, originIn(o))
	}
	for _, g := range in.In("OriginGroups").List("Items") {
		next.Groups = append(next.Groups, originGroupIn(g))
	}
	for _, b := range in.In("CacheBehaviors").List("Items") {
		next.Behaviors = append(next.Behaviors, behaviorIn(b))
	}
	return next
}

// items are the texts of a list with its length.
func items(in wire.In, name string) []string { return in.In(name).Strings("Items") }

func originIn(in wire.In) cloud.Origin {
	custom := in.In("CustomOriginConfig")
	return cloud.Origin{
		ID: in.String("Id"), Domain: in.String("DomainName"), Protocol: custom.String("OriginProtocolPolicy"),
		Connect:  time.Duration(in.Int("ConnectionTimeout", 10)) * time.Second,
		Attempts: in.Int("ConnectionAttempts", 3), Read: time.Duration(custom.Int("OriginReadTimeout", 30)) * time.Second,
	}
}

func originGroupIn(in wire.In) cloud.OriginGroup {
	g := cloud.OriginGroup{ID: in.String("Id")}
	for _, code := range items(in.In("FailoverCriteria"), "StatusCodes") {
		status, _ := strconv.Atoi(code) // what is no number is found out by lossless
		g.Criteria = append(g.Criteria, status)
	}
	for i, m := range in.In("Members").List("Items") {
		if i < len(g.Members) {
			g.Members[i] = m.String("OriginId")
		}
	}
	return g
}

func behaviorIn(in wire.In) cloud.Behavior {
	methods := in.In("AllowedMethods")
	b := cloud.Behavior{
		Pattern: in.String("PathPattern"), Target: in.String("TargetOriginId"), Methods: methods.Strings("Items"),
		Protocol: in.String("ViewerProtocolPolicy"), CacheID: in.String("CachePolicyId"), RequestID: in.String("OriginRequestPolicyId"),
	}
	if len(b.Methods) == 0 { // CloudFront's default
		b.Methods = []string{"HEAD", "GET"}
	}
	return b
}

// consistent refuses lists whose length is not what is said of them, at any depth.
func consistent(v any) error {
	switch v := v.(type) {
	case wire.In:
		return consistent(map[string]any(v))
	case []any:
		for _, x := range v {
			if err := consistent(x); err != nil {
				return err
			}
		}
	case map[string]any:
		if n := wire.In(v).Int("Quantity", -1); n >= 0 && n != len(wire.In(v).Strings("Items")) {
			return wire.Refuse("InconsistentQuantities", "The value of Quantity and the size of Items don't match.")
		}
		for _, x := range v {
			if err := consistent(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// lossless refuses a configuration that says something which the model would forget: read back, it would not be what
// was written.
func lossless(in wire.In, next cloud.Configuration) error {
	_, held, err := wire.ReadXML(wire.Document("DistributionConfig", configOf(&cloud.Distribution{Configuration: next})))
	if err != nil {
		return err
	}
	if path := forgotten("", map[string]any(in), held); path != "" {
		return &wire.Error{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: "the simulator does not simulate distributions with this " + path}
	}
	return nil
}

// forgotten is where in says something that held does not; "" where held says all of it. Absent, empty, false and 0 are
// the same.
func forgotten(path string, in, held any) string {
	switch v := in.(type) {
	case map[string]any:
		below, _ := held.(map[string]any)
		for name, x := range v {
			if p := forgotten(strings.TrimPrefix(path+"."+name, "."), x, below[name]); p != "" {
				return p
			}
		}
		return ""
	case []any:
		list, _ := held.([]any)
		for _, x := range v {
			if !slices.ContainsFunc(list, func(h any) bool { return forgotten(path, x, h) == "" }) {
				return path
			}
		}
		return ""
	}
	unsaid := []any{nil, "", "false", "0"}
	if in == held || slices.Contains(unsaid, in) && (slices.Contains(unsaid, held) || held == nil) {
		return ""
	}
	return path
}

func createInvalidation(c *call) (wire.Struct, error) {
	d, err := c.distribution()
	if err != nil {
		return nil, err
	}
	batch := c.in.In("InvalidationBatch")
	if err := consistent(batch); err != nil {
		return nil, err
	}
	i, err := c.Invalidate(d, batch.String("CallerReference"), items(batch, "Paths"))
	if err != nil {
		return nil, err
	}
	c.out.Root, c.out.Status = "Invalidation", http.StatusCreated
	c.out.Header = map[string]string{"Location": "https://cloudfront.amazonaws.com/2020-05-31/distribution/" + d.ID + "/invalidation/" + i.ID}
	return invalidationOf(i), nil
}

func getInvalidation(c *call) (wire.Struct, error) {
	d, err := c.distribution()
	if err != nil {
		return nil, err
	}
	i := d.Invalidation(c.in.String("InvalidationId"))
	if i == nil {
		return nil, notFound("NoSuchInvalidation", "The specified invalidation does not exist.")
	}
	c.out.Root = "Invalidation"
	return invalidationOf(i), nil
}

// listInvalidations says of each no more than its id, its time and how far it is: CloudFront's list has no reference.
func listInvalidations(c *call) (wire.Struct, error) {
	d, err := c.distribution()
	if err != nil {
		return nil, err
	}
	page, next, err := cut(c.in, paging{"Marker", "MaxItems", 100}, d.Invalidations)
	if err != nil {
		return nil, err
	}
	c.out.Root = "InvalidationList"
	head := wire.Struct{
		{"Marker", c.in.String("Marker")}, {"NextMarker", next}, {"MaxItems", c.in.Int("MaxItems", 100)}, {"IsTruncated", next != nil},
	}
	return append(head, counted("InvalidationSummary", page, func(i *cloud.Invalidation) any {
		return wire.Struct{{"Id", i.ID}, {"CreateTime", i.Created}, {"Status", i.Status}}
	})...), nil
}

func invalidationOf(i *cloud.Invalidation) wire.Struct {
	return wire.Struct{
		{"Id", i.ID}, {"Status", i.Status}, {"CreateTime", i.Created},
		{"InvalidationBatch", wire.Struct{{"Paths", counted("Path", i.Paths, itself)}, {"CallerReference", i.Reference}}},
	}
}
