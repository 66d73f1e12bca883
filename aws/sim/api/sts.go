package api

import (
	"strings"
	"time"

	"lifeboat/aws/sim/wire"
)

var stsOperations = map[string]operation{
	"GetCallerIdentity": getCallerIdentity,
	"AssumeRole":        assumeRole,
}

func getCallerIdentity(c *call) (wire.Struct, error) {
	id := c.Caller(c.key)
	return wire.Struct{{"UserId", id.UserID}, {"Account", c.Account}, {"Arn", id.ARN}}, nil
}

func assumeRole(c *call) (wire.Struct, error) {
	role, session := c.in.String("RoleArn"), c.in.String("RoleSessionName")
	if !strings.HasPrefix(role, "arn:aws:iam::") || session == "" {
		return nil, wire.Refuse("ValidationException", "RoleArn must be a role's ARN and RoleSessionName must be given")
	}
	length := time.Duration(c.in.Int("DurationSeconds", 3600)) * time.Second
	key, id := c.AssumeRole(role, session, length)
	return wire.Struct{
		{"Credentials", wire.Struct{
			{"AccessKeyId", key}, {"SecretAccessKey", "simulated"}, {"SessionToken", "simulated/" + key}, {"Expiration", id.Expires},
		}},
		{"AssumedRoleUser", wire.Struct{{"AssumedRoleId", id.UserID}, {"Arn", id.ARN}}},
	}, nil
}
