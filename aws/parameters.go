package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

// Parameter is what a DB parameter group sets a parameter to; "" where it leaves it to the engine (rds:DescribeDBParameters).
func (c *Changer) Parameter(ctx context.Context, group, name string) (string, error) {
	l := c.read.look(ctx)
	defer l.end()
	list, err := pages(ctx, l, "rds:DescribeDBParameters", group, rds.NewDescribeDBParametersPaginator(
		l.api.rds, &rds.DescribeDBParametersInput{DBParameterGroupName: &group, Source: awssdk.String("user")}))
	if err != nil {
		return "", err
	}
	for _, page := range list {
		for _, p := range page.Parameters {
			if awssdk.ToString(p.ParameterName) == name {
				return awssdk.ToString(p.ParameterValue), nil
			}
		}
	}
	return "", nil
}
