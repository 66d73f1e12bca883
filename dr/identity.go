package dr

import (
	"context"
	"errors"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// Identity is who the one is that runs this program, by STS: his ARN. It asks the standby's STS first, and the primary's
// where that does not answer: either may be dark.
func Identity(ctx context.Context, c *config.Config, opt Options) (string, error) {
	c.Defaults()
	opt = opt.withDefaults()
	var failed []error
	for _, r := range []*config.Region{&c.Regions.Standby, &c.Regions.Primary} {
		spec := accessSpec(r, opt)
		spec.CallTimeout = c.Waits.Call.D()
		changer, err := aws.NewChanger(spec, nil)
		if err != nil {
			return "", err
		}
		id, err := changer.Identity(ctx)
		if err == nil && id.ARN != "" {
			return id.ARN, nil
		}
		failed = append(failed, err)
	}
	return "", errors.Join(failed...)
}
