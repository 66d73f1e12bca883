package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"lifeboat/aws/fault"
)

const (
	assumeRole = "sts:AssumeRole"
	codesAsked = 3 // so often a person is asked before an attempt ends
)

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// assume takes the role on anew. A call with a code is made once: a code counts once, and a call whose answer was lost
// may have used it up.
func (o *Operator) assume(ctx context.Context) (session, error) {
	l := o.base.look(ctx)
	defer l.end()
	if l.err != nil { // no person is troubled where it would be of no use
		return session{}, l.err
	}
	if o.spec.MFASerial != "" {
		return o.assumeByCode(ctx, l)
	}
	asked := l.spec.Now()
	out, err := ask(ctx, l, assumeRole, o.spec.RoleARN, l.api.sts.AssumeRole, o.order(""))
	if err != nil {
		return session{}, err
	}
	return o.sessionOf(ctx, l, out, asked)
}

func (o *Operator) assumeByCode(ctx context.Context, l *look) (session, error) {
	why := "the role that changes things (" + nameOf(o.spec.RoleARN) + ") asks for a second factor"
	for tries := 1; ; tries++ {
		code, err := o.spec.Code(ctx, why)
		if err != nil {
			return session{}, o.refused(err)
		}
		asked := l.spec.Now()
		out, err := o.byCode(ctx, l, strings.TrimSpace(code))
		if err == nil {
			return o.sessionOf(ctx, l, out, asked)
		}
		if !wrongCode(err) || tries == codesAsked {
			return session{}, err
		}
		why = wordsOf(err)
	}
}

// errNotACode is what a person typed instead of one.
var errNotACode = errors.New("a code is six digits")

func (o *Operator) byCode(ctx context.Context, l *look, code string) (*sts.AssumeRoleOutput, error) {
	if !sixDigits.MatchString(code) {
		return nil, fault.New(fault.Denied, assumeRole, o.target(), errNotACode)
	}
	q := request{op: assumeRole, target: o.spec.RoleARN, within: l.spec.CallTimeout}
	out, _, err := once(ctx, l, q, l.api.sts.AssumeRole, o.order(code))
	return out, err
}

// order is the request, with a code or without.
func (o *Operator) order(code string) *sts.AssumeRoleInput {
	in := &sts.AssumeRoleInput{
		RoleArn: &o.spec.RoleARN, RoleSessionName: awssdk.String("lifeboat"), DurationSeconds: awssdk.Int32(int32(o.spec.Session.Seconds())),
	}
	if code != "" {
		in.SerialNumber, in.TokenCode = &o.spec.MFASerial, &code
		in.RoleSessionName = awssdk.String(sessionName(o.spec.MFASerial))
	}
	return in
}

var notInSessionName = regexp.MustCompile(`[^\w+=,.@-]`)

// sessionName has a session say whose second factor it was taken on with: lifeboat-anna of arn:aws:iam::...:mfa/anna.
func sessionName(device string) string {
	name := "lifeboat-" + notInSessionName.ReplaceAllString(nameOf(device), "-")
	return name[:min(len(name), 64)]
}

// wrongCode says whether another code may help: AWS has no error of its own for it.
func wrongCode(err error) bool {
	return fault.KindOf(err) == fault.Denied && (errors.Is(err, errNotACode) || strings.Contains(err.Error(), "one time pass code"))
}

func wordsOf(err error) string {
	if errors.Is(err, errNotACode) {
		return "that was no code: " + errNotACode.Error()
	}
	return "AWS did not take the code; each counts once, so wait for the next one"
}

// sessionOf is the session that STS gave. Its end is counted from when it was asked for, by this machine's clock, by
// which it is looked at.
func (o *Operator) sessionOf(ctx context.Context, l *look, out *sts.AssumeRoleOutput, asked time.Time) (session, error) {
	c := out.Credentials
	if c == nil || c.AccessKeyId == nil || c.SecretAccessKey == nil || out.AssumedRoleUser == nil {
		return session{}, fault.New(fault.Unreadable, assumeRole, o.target(), fmt.Errorf("there are no credentials in the answer"))
	}
	base, _ := l.api.credentials.Retrieve(ctx) // had a moment ago, and needed for a word only
	id := Identity{ARN: awssdk.ToString(out.AssumedRoleUser.Arn), Source: base.Source + " > AssumeRole", Expires: asked.Add(o.spec.Session)}
	id.Name = nameOf(id.ARN)
	if words := strings.Split(id.ARN, ":"); len(words) > 4 {
		id.Account = words[4]
	}
	return session{identity: id, credentials: awssdk.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: awssdk.ToString(c.SessionToken),
		Source: id.Source, CanExpire: true, Expires: id.Expires,
	}}, nil
}
