package aws

import (
	"context"
	"encoding/json"
	"errors"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"lifeboat/aws/fault"
)

// secrets reads what there is to know of the estate's secrets but their values. One that does not exist is left out.
func (l *look) secrets(ctx context.Context) ([]Secret, error) {
	names, err := l.secretNames(ctx)
	if err != nil {
		return nil, err
	}
	return gather(len(names), func(i int) ([]Secret, error) {
		out, err := ask(ctx, l, "secretsmanager:DescribeSecret", names[i], l.api.secrets.DescribeSecret,
			&secretsmanager.DescribeSecretInput{SecretId: &names[i]})
		if fault.KindOf(err) == fault.NotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return []Secret{l.secretOf(out)}, nil
	})
}

func (l *look) secretOf(s *secretsmanager.DescribeSecretOutput) Secret {
	v := Secret{
		Name: awssdk.ToString(s.Name), ARN: awssdk.ToString(s.ARN), Key: awssdk.ToString(s.KmsKeyId), About: awssdk.ToString(s.Description),
		Rotates:       awssdk.ToTime(s.NextRotationDate),
		PrimaryRegion: l.elsewhere(s.PrimaryRegion), Changed: awssdk.ToTime(s.LastChangedDate),
	}
	for _, r := range s.ReplicationStatus {
		v.Replicas = append(v.Replicas, SecretReplica{
			Region: awssdk.ToString(r.Region), Key: awssdk.ToString(r.KmsKeyId), Status: string(r.Status), Message: awssdk.ToString(r.StatusMessage),
		})
	}
	return v
}

// Secret reads what there is to know of one secret but its value, by its name or ARN.
func (c *Changer) Secret(ctx context.Context, name string) (Secret, error) {
	l := c.read.look(ctx)
	defer l.end()
	out, err := ask(ctx, l, "secretsmanager:DescribeSecret", name, l.api.secrets.DescribeSecret, &secretsmanager.DescribeSecretInput{SecretId: &name})
	if err != nil {
		return Secret{}, err
	}
	return l.secretOf(out), nil
}

// Credentials reads user and password of a database's secret, as RDS writes them: {"username": ..., "password": ...}. Neither is in an
// error.
func (c *Changer) Credentials(ctx context.Context, name string) (user, password string, err error) {
	l := c.change.look(ctx)
	defer l.end()
	out, err := ask(ctx, l, "secretsmanager:GetSecretValue", name, l.api.secrets.GetSecretValue, &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil {
		return "", "", err
	}
	var value struct{ Username, Password string }
	if json.Unmarshal([]byte(awssdk.ToString(out.SecretString)), &value) != nil || value.Username == "" || value.Password == "" {
		return "", "", fault.New(fault.Refused, "secretsmanager:GetSecretValue", name, errors.New("it does not hold a username and a password in JSON"))
	}
	return value.Username, value.Password, nil
}
