package aws

import (
	"context"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// identity asks STS who Lifeboat is, and the credentials how long that lasts. A role's session renews itself as long as
// what it was assumed with lasts, so with Spec.RoleARN it is the latter's end that counts.
func (l *look) identity(ctx context.Context) (Identity, error) {
	out, err := ask(ctx, l, "sts:GetCallerIdentity", "", l.api.sts.GetCallerIdentity, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Account: awssdk.ToString(out.Account), ARN: awssdk.ToString(out.Arn)}
	id.Name = nameOf(id.ARN)
	own, err := l.api.credentials.Retrieve(ctx)
	if err != nil {
		return Identity{}, FromError("credentials", l.spec.Region, err)
	}
	id.Source, id.Expires = own.Source, lasting(own)
	if l.api.base == nil {
		return id, nil
	}
	base, err := l.api.base.Retrieve(ctx)
	if err != nil {
		return Identity{}, FromError("credentials", l.spec.Region, err)
	}
	id.Source, id.Expires = base.Source+" > "+own.Source, lasting(base)
	return id, nil
}

func lasting(c awssdk.Credentials) time.Time {
	if !c.CanExpire {
		return time.Time{}
	}
	return c.Expires.Add(early)
}

// nameOf is the part of a caller's ARN that a person knows: the user's name, or the role's without its session and
// without what IAM Identity Center puts around a permission set's name.
func nameOf(arn string) string {
	words := strings.Split(arn[strings.LastIndex(arn, ":")+1:], "/")
	if words[0] != "assumed-role" || len(words) < 2 {
		return words[len(words)-1]
	}
	role := words[1]
	if set, ok := strings.CutPrefix(role, "AWSReservedSSO_"); ok {
		if i := strings.LastIndex(set, "_"); i > 0 {
			return set[:i]
		}
	}
	return role
}
