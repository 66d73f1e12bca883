package api

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"lifeboat/aws/sim/cloud"
)

// role is one of the estate's own, with the operator's second factor.
func (b *bubble) role(name string) (arn, device string) {
	b.Locked(func(w *cloud.World) {
		for _, r := range w.Roles {
			if r.Name == "davidshaevel-"+name {
				arn = r.ARN
			}
		}
		device = w.MFADevice
	})
	return arn, device
}

func (b *bubble) assume(in sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	in.RoleSessionName = aws.String("anna")
	return sts.NewFromConfig(b.config(west)).AssumeRole(ctx, &in)
}

func TestARoleThatWantsASecondFactorGetsIt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		role, device := b.role("ops-change-mfa")
		other := strings.Replace(device, "operator", "somebody", 1)
		for _, in := range []sts.AssumeRoleInput{
			{RoleArn: &role},
			{RoleArn: &role, SerialNumber: &device},
			{RoleArn: &role, SerialNumber: &device, TokenCode: aws.String("000000")},
			{RoleArn: &role, SerialNumber: &other, TokenCode: aws.String("123456")},
		} {
			_, err := b.assume(in)
			refused(t, err, "AccessDenied")
		}
		_, err := b.assume(sts.AssumeRoleInput{RoleArn: &role, SerialNumber: &device, TokenCode: aws.String("12345a")})
		refused(t, err, "ValidationError")
		out := must[*sts.AssumeRoleOutput](t)(b.assume(sts.AssumeRoleInput{RoleArn: &role, SerialNumber: &device, TokenCode: aws.String("123456")}))
		expect(t, "lasts", time.Until(*out.Credentials.Expiration), time.Hour)
		again := sts.AssumeRoleInput{RoleArn: &role, SerialNumber: &device, TokenCode: aws.String("123456")}
		_, err = b.assume(again)
		refused(t, err, "AccessDenied")
		time.Sleep(30 * time.Second)
		must[*sts.AssumeRoleOutput](t)(b.assume(again))
	})
}

func TestAnAssumedRoleIsWhoItSaysUntilItEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		role, _ := b.role("ops-change")
		out := must[*sts.AssumeRoleOutput](t)(b.assume(sts.AssumeRoleInput{RoleArn: &role, DurationSeconds: aws.Int32(900)}))
		cfg := b.config(west)
		cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
		who := func() (string, error) {
			me, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				return "", err
			}
			return *me.Arn, nil
		}
		expect(t, "who", must[string](t)(who()), *out.AssumedRoleUser.Arn)
		time.Sleep(15*time.Minute + time.Second)
		_, err := who()
		refused(t, err, "ExpiredToken")
	})
}

func TestASessionLastsNoLongerThanAChainMay(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		role, _ := b.role("ops-change")
		for _, seconds := range []int32{60, 3601} {
			_, err := b.assume(sts.AssumeRoleInput{RoleArn: &role, DurationSeconds: &seconds})
			refused(t, err, "ValidationError")
		}
	})
}
