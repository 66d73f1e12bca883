package api

import (
	"time"

	"lifeboat/aws/sim/cloud"
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
	if err := c.only("AssumeRole", "RoleArn", "RoleSessionName", "DurationSeconds", "SerialNumber", "TokenCode"); err != nil {
		return nil, err
	}
	key, id, err := c.AssumeRole(c.Caller(c.key), cloud.RoleOrder{
		Role: c.in.String("RoleArn"), Session: c.in.String("RoleSessionName"),
		For:    time.Duration(c.in.Int("DurationSeconds", 0)) * time.Second,
		Device: c.in.String("SerialNumber"), Code: c.in.String("TokenCode"),
	})
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"Credentials", wire.Struct{
			{"AccessKeyId", key}, {"SecretAccessKey", "simulated"}, {"SessionToken", "simulated/" + key}, {"Expiration", id.Expires},
		}},
		{"AssumedRoleUser", wire.Struct{{"AssumedRoleId", id.UserID}, {"Arn", id.ARN}}},
	}, nil
}
