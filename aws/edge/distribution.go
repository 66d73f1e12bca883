package edge

import (
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
)

// distributionOf is CloudFront's answer in our words. The regions of its origins are not in it.
func distributionOf(out *cloudfront.GetDistributionOutput) Distribution {
	from := out.Distribution
	d := Distribution{
		ID: text(from.Id), ARN: text(from.ARN), Domain: text(from.DomainName), Status: text(from.Status),
		ETag: text(out.ETag), Changed: awssdk.ToTime(from.LastModifiedTime),
	}
	c := from.DistributionConfig
	if c == nil {
		return d
	}
	d.Enabled = awssdk.ToBool(c.Enabled)
	if c.Aliases != nil {
		d.Aliases = c.Aliases.Items
	}
	if c.ViewerCertificate != nil {
		d.Certificate = text(c.ViewerCertificate.ACMCertificateArn)
	}
	if c.Origins != nil {
		for _, o := range c.Origins.Items {
			d.Origins = append(d.Origins, originOf(o))
		}
	}
	if c.OriginGroups != nil {
		for _, g := range c.OriginGroups.Items {
			d.Groups = append(d.Groups, groupOf(g))
		}
	}
	d.Behaviors = behaviorsOf(c, d.Groups)
	return d
}

func originOf(o types.Origin) Origin {
	out := Origin{
		ID: text(o.Id), Domain: text(o.DomainName),
		ConnectAttempts: int(awssdk.ToInt32(o.ConnectionAttempts)), ConnectTimeout: seconds(o.ConnectionTimeout),
	}
	if c := o.CustomOriginConfig; c != nil {
		out.Protocol, out.ReadTimeout = string(c.OriginProtocolPolicy), seconds(c.OriginReadTimeout)
	}
	return out
}

func groupOf(g types.OriginGroup) OriginGroup {
	out := OriginGroup{ID: text(g.Id)}
	if g.Members != nil {
		for _, m := range g.Members.Items {
			out.Members = append(out.Members, text(m.OriginId))
		}
	}
	if g.FailoverCriteria != nil && g.FailoverCriteria.StatusCodes != nil {
		for _, status := range g.FailoverCriteria.StatusCodes.Items {
			out.Statuses = append(out.Statuses, int(status))
		}
	}
	return out
}

// behaviorsOf are the behaviours in CloudFront's order, the default last.
func behaviorsOf(c *types.DistributionConfig, groups []OriginGroup) []Behavior {
	var list []Behavior
	add := func(path, target string, methods *types.AllowedMethods) {
		b := Behavior{Path: path, Target: target, Methods: methodsOf(methods)}
		for _, g := range groups {
			b.Group = b.Group || g.ID == target
		}
		list = append(list, b)
	}
	if c.CacheBehaviors != nil {
		for _, b := range c.CacheBehaviors.Items {
			add(text(b.PathPattern), text(b.TargetOriginId), b.AllowedMethods)
		}
	}
	if b := c.DefaultCacheBehavior; b != nil {
		add("*", text(b.TargetOriginId), b.AllowedMethods)
	}
	return list
}

func methodsOf(m *types.AllowedMethods) []string {
	if m == nil {
		return nil
	}
	list := make([]string, len(m.Items))
	for i, method := range m.Items {
		list[i] = string(method)
	}
	return list
}

func text(s *string) string { return awssdk.ToString(s) }

func seconds(n *int32) time.Duration { return time.Duration(awssdk.ToInt32(n)) * time.Second }
