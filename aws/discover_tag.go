package aws

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
)

// byTag finds what carries a tag: one list for all kinds, read once.
type byTag struct {
	arns func() ([]arn.ARN, error)
}

func newByTag(ctx context.Context, l *look) byTag {
	return byTag{shared(func() ([]arn.ARN, error) { return l.tagged(ctx) })}
}

// tagged lists the ARNs of everything that an estate is made of and that carries the tag.
func (l *look) tagged(ctx context.Context) ([]arn.ARN, error) {
	key, value := l.spec.Discover.TagKey, l.spec.Discover.TagValue
	list, err := pages(ctx, l, "tag:GetResources", key+"="+value, tagging.NewGetResourcesPaginator(l.api.tags, &tagging.GetResourcesInput{
		TagFilters: []types.TagFilter{{Key: &key, Values: []string{value}}},
		ResourceTypeFilters: []string{
			"ecs:cluster", "ecs:service", "elasticloadbalancing:loadbalancer", "rds:db", "ecr:repository", "secretsmanager:secret",
		},
	}))
	var arns []arn.ARN
	for _, page := range list {
		for _, r := range page.ResourceTagMappingList {
			if r.ResourceARN == nil {
				continue
			}
			if a, err := arn.Parse(*r.ResourceARN); err == nil {
				arns = append(arns, a)
			}
		}
	}
	return arns, err
}

// of gives the names of one kind: what name makes of the rest of each ARN that begins with service:prefix, but for "".
func (b byTag) of(service, prefix string, name func(string) string) ([]string, error) {
	arns, err := b.arns()
	var names []string
	for _, a := range arns {
		if rest, ok := strings.CutPrefix(a.Resource, prefix); ok && a.Service == service {
			if n := name(rest); n != "" {
				names = append(names, n)
			}
		}
	}
	return names, err
}

func itself(s string) string { return s }

func (b byTag) clusters(context.Context) ([]string, error) { return b.of("ecs", "cluster/", itself) }

func (b byTag) services(_ context.Context, cluster string) ([]string, error) {
	return b.of("ecs", "service/"+cluster+"/", itself)
}

func (b byTag) balancers(context.Context) ([]string, error) {
	return b.of("elasticloadbalancing", "loadbalancer/app/", func(rest string) string {
		name, _, _ := strings.Cut(rest, "/")
		return name
	})
}

func (b byTag) databases(context.Context) ([]string, error) { return b.of("rds", "db:", itself) }

func (b byTag) repositories(context.Context) ([]string, error) {
	return b.of("ecr", "repository/", itself)
}

// randomTail is what Secrets Manager adds to a secret's name in its ARN.
var randomTail = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

func (b byTag) secrets(context.Context) ([]string, error) {
	return b.of("secretsmanager", "secret:", func(rest string) string { return randomTail.ReplaceAllString(rest, "") })
}
