package aws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// person types codes, one after the other, each after a while.
type person struct {
	mu    sync.Mutex
	takes time.Duration
	codes []string // "" goes away
	why   []string // what it was asked
}

func (p *person) code(ctx context.Context, why string) (string, error) {
	p.mu.Lock()
	n := len(p.why)
	p.why = append(p.why, why)
	p.mu.Unlock()
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if n >= len(p.codes) {
		return fmt.Sprintf("%06d", 100+n), nil
	}
	if p.codes[n] == "" {
		return "", errors.New("nobody answers")
	}
	return p.codes[n], nil
}

// asked are the questions so far.
func (p *person) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.why)
}

// operator is one of the simulated estate's, with or without a second factor.
func (p *place) operator(t testing.TB, s aws.Spec, person *person) *aws.Operator {
	t.Helper()
	var o aws.OperatorSpec
	p.Locked(func(w *cloud.World) {
		o.RoleARN = w.Roles[0].ARN
		if person != nil {
			o.RoleARN, o.MFASerial, o.Code = w.Roles[1].ARN, w.MFADevice, person.code
		}
	})
	by, err := aws.NewOperator(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

// keys gives the access keys that operations are signed with, and names the regions that are asked.
func (p *place) keys(into *sync.Map) {
	p.meddle("*", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		into.Store(operation(r), r.Header.Get("Authorization"))
		inner.ServeHTTP(w, r)
	})
}

func TestNothingIsAssumedBeforeTheFirstChange(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		by := p.operator(t, p.spec(west), nil)
		c := changer(t, p.spec(west), by)
		if _, err := c.Database(t.Context(), standby); err != nil {
			t.Fatal(err)
		}
		id, err := c.Identity(t.Context())
		want(t, "who reads", fmt.Sprint(id.Name, err), "davidshaevel-ops-read<nil>")
		want(t, "before", p.take(), []string{"rds:DescribeDBInstances", "sts:GetCallerIdentity"})
		want(t, "ends", by.Expires(), time.Time{})
		if err := by.Renew(t.Context(), time.Hour); err != nil || len(p.take()) > 0 {
			t.Errorf("a session that nobody needed is renewed: %v", err)
		}
		if err := c.Deploy(t.Context(), cluster, drBackend); err != nil {
			t.Fatal(err)
		}
		want(t, "afterwards", p.take(), []string{"ecs:UpdateService", "sts:AssumeRole"})
		want(t, "ends", by.Expires(), time.Now().Add(time.Hour))
	})
}

func TestOneSessionOfOneRegionsSTSChangesBothRegions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, a, signed := open(t, 4), &asked{}, &sync.Map{}
		at, there := p.spec(west), p.spec(east)
		at.Asked, there.Asked = a.note, a.note
		who := &person{}
		by := p.operator(t, at, who)
		p.keys(signed)
		home, away := changer(t, at, by), changer(t, there, by)
		var g sync.WaitGroup
		for range 5 {
			g.Go(func() {
				if err := home.SetGrace(t.Context(), cluster, drBackend, time.Minute); err != nil {
					t.Error(err)
				}
			})
			g.Go(func() {
				if err := away.SetScaling(t.Context(), "dev-cluster", backend, 0, 0); err != nil {
					t.Error(err)
				}
			})
		}
		g.Wait()
		want(t, "times a code was asked for", len(who.asked()), 1)
		i := slices.IndexFunc(a.list, func(r aws.Asked) bool { return r.Operation == "sts:AssumeRole" })
		want(t, "the role is assumed in", a.list[i].Region, west)
		want(t, "requests", repeated(a.take()), []string{"5 x application-autoscaling:RegisterScalableTarget", "5 x ecs:UpdateService", "1 x sts:AssumeRole"})
		id, err := by.Identity(t.Context())
		if err != nil || id.Name != "davidshaevel-ops-change-mfa" || !strings.HasSuffix(id.ARN, "/lifeboat-operator") || len(id.Account) != 12 ||
			!id.Expires.Equal(by.Expires()) || id.Source != "EnvConfigCredentials > AssumeRole" {
			t.Errorf("it is %+v (%v)", id, err)
		}
		for _, op := range []string{"ecs:UpdateService", "application-autoscaling:RegisterScalableTarget"} {
			if auth, _ := signed.Load(op); !strings.Contains(fmt.Sprint(auth), "Credential=ASIA") {
				t.Errorf("%s is signed with %v", op, auth)
			}
		}
	})
}

func TestASessionIsRenewedBeforeItsEnd(t *testing.T) {
	for name, who := range map[string]*person{"by itself": nil, "with another code": {takes: 20 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := open(t, 4)
				c := changer(t, p.spec(west), p.operator(t, p.spec(west), who))
				for _, later := range []time.Duration{0, 58 * time.Minute, 90 * time.Second, time.Hour} {
					time.Sleep(later)
					if err := c.SetDesired(t.Context(), cluster, drBackend, 2, nil); err != nil {
						t.Errorf("after %s: %v", later, err)
					}
				}
				want(t, "requests", repeated(p.take()), []string{"4 x ecs:UpdateService", "3 x sts:AssumeRole"})
				if who != nil {
					want(t, "times a code was asked for", len(who.asked()), 3)
				}
			})
		})
	}
}

func TestASessionIsRenewedWhileTheOldOneIsUsed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, who := open(t, 4), &person{}
		by := p.operator(t, p.spec(west), who)
		c := changer(t, p.spec(west), by)
		deploy := func() time.Duration {
			return took(func() {
				if err := c.Deploy(t.Context(), cluster, drBackend); err != nil {
					t.Error(err)
				}
			})
		}
		deploy()
		if err := by.Renew(t.Context(), 10*time.Minute); err != nil || len(who.asked()) != 1 {
			t.Errorf("a session of an hour is renewed at once (%v)", err)
		}
		time.Sleep(52 * time.Minute)
		who.takes = time.Minute
		done := make(chan error)
		go func() { done <- by.Renew(t.Context(), 10*time.Minute) }()
		time.Sleep(30 * time.Second)
		want(t, "a change waited for", deploy(), 0)
		want(t, "renewed", <-done, nil)
		want(t, "ends", by.Expires(), time.Now().Add(time.Hour))
		want(t, "times a code was asked for", len(who.asked()), 2)
	})
}

func TestAWrongCodeIsAskedForAgainInWords(t *testing.T) {
	const first = "the role that changes things (davidshaevel-ops-change-mfa) asks for a second factor"
	const wrong = "AWS did not take the code; each counts once, so wait for the next one"
	for _, c := range []struct {
		codes []string
		kind  fault.Kind
		why   []string
		calls int
	}{
		{[]string{"000000", "123456"}, "", []string{first, wrong}, 2},
		{[]string{"12345", " 123456 "}, "", []string{first, "that was no code: a code is six digits"}, 1},
		{[]string{"000000", "000000", "000000", "123456"}, fault.Denied, []string{first, wrong, wrong}, 3},
		{[]string{""}, fault.NoCredentials, []string{first}, 0},
	} {
		inBubble(t, func(t *testing.T) {
			p, who := open(t, 4), &person{codes: c.codes}
			err := changer(t, p.spec(west), p.operator(t, p.spec(west), who)).Deploy(t.Context(), cluster, drBackend)
			wantKind(t, fmt.Sprint(c.codes), err, c.kind)
			want(t, "asked", who.asked(), c.why)
			calls := p.take()
			want(t, fmt.Sprint("requests for ", c.codes), len(slices.DeleteFunc(calls, func(op string) bool { return op != "sts:AssumeRole" })), c.calls)
		})
	}
}

func TestACodeIsSentOnce(t *testing.T) {
	for how, kind := range map[string]fault.Kind{cloud.Throttling: fault.Throttled, cloud.Unavailable: fault.Unavailable, "lost": fault.TimedOut} {
		inBubble(t, func(t *testing.T) {
			p, who := open(t, 4), &person{}
			if how == "lost" {
				p.direct(t, "lost-answer", "sts", "AssumeRole")
			} else {
				p.direct(t, "break-call", "sts", "AssumeRole", how)
			}
			_, err := p.operator(t, p.spec(west), who).Identity(t.Context())
			wantKind(t, how, err, kind)
			want(t, "requests", p.take(), []string{"sts:AssumeRole"})
			want(t, "times a code was asked for", len(who.asked()), 1)
		})
	}
}

func TestWithoutACodeTheRoleIsAskedForAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		p.direct(t, "throttle", west)
		if _, err := p.operator(t, p.spec(west), nil).Identity(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWhenWhoIsAskedGoesAwayTheNextIsAsked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, who := open(t, 4), &person{takes: time.Minute}
		by := p.operator(t, p.spec(west), who)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		errs := make(chan error, 2)
		go func() { _, err := by.Identity(ctx); errs <- err }()
		time.Sleep(time.Second)
		go func() { _, err := by.Identity(t.Context()); errs <- err }()
		wantKind(t, "the one that went away", <-errs, fault.TimedOut)
		want(t, "the other", <-errs, nil)
		want(t, "times a code was asked for", len(who.asked()), 2)
	})
}

func TestWhoWaitsForASessionMayLeave(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p, who := open(t, 4), &person{takes: time.Minute}
		by := p.operator(t, p.spec(west), who)
		go func() { _, _ = by.Identity(t.Context()) }()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := by.Retrieve(ctx)
		wantKind(t, "left", err, fault.TimedOut)
		want(t, "times a code was asked for", len(who.asked()), 1)
		time.Sleep(time.Minute)
	})
}

func TestASessionThatAWSHasEndedIsNotUsedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		by := p.operator(t, p.spec(west), nil)
		c := changer(t, p.spec(west), by)
		p.direct(t, "break-call", "ecs", "UpdateService", cloud.ExpiredToken)
		wantKind(t, "ended", c.Deploy(t.Context(), cluster, drBackend), fault.Expired)
		want(t, "ends", by.Expires(), time.Time{})
		p.direct(t, "restore")
		if err := c.Deploy(t.Context(), cluster, drBackend); err != nil {
			t.Error(err)
		}
		want(t, "requests", repeated(p.take()), []string{"2 x ecs:UpdateService", "2 x sts:AssumeRole"})
	})
}

func TestNobodyIsAskedForACodeWhereThereAreNoCredentials(t *testing.T) {
	hermetic(t)
	p, who := open(t, 4), &person{}
	s := p.spec(west)
	s.Profile = "nobody"
	_, err := p.operator(t, s, who).Identity(t.Context())
	wantKind(t, "no profile", err, fault.NoCredentials)
	want(t, "times a code was asked for", len(who.asked()), 0)
}

func TestTheOperatorsProfileTakesTheRoleOnInPlaceOfTheReaders(t *testing.T) {
	hermetic(t)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file(t, "[ops]\naws_access_key_id = AKIAOPS\naws_secret_access_key = x\n[read]\naws_access_key_id = AKIAREAD\naws_secret_access_key = x\n"))
	p, signed := open(t, 4), &sync.Map{}
	p.keys(signed)
	s := p.spec(west)
	s.Profile, s.RoleARN = "read", role
	by, err := aws.NewOperator(s, aws.OperatorSpec{RoleARN: role, Profile: "ops"})
	if err != nil {
		t.Fatal(err)
	}
	if err := changer(t, s, by).Deploy(t.Context(), cluster, drBackend); err != nil {
		t.Fatal(err)
	}
	if auth, _ := signed.Load("sts:AssumeRole"); !strings.Contains(fmt.Sprint(auth), "Credential=AKIAOPS") {
		t.Errorf("the role is taken on with %v", auth)
	}
	want(t, "requests", p.take(), []string{"ecs:UpdateService", "sts:AssumeRole"})
}

func TestAnOperatorWithoutARoleOrWithoutAPersonIsRefused(t *testing.T) {
	for text, o := range map[string]aws.OperatorSpec{
		"the role to do it with is missing": {},
		"there is nobody to ask":            {RoleARN: role, MFASerial: "arn:aws:iam::1:mfa/anna"},
	} {
		if _, err := aws.NewOperator(aws.Spec{Region: west}, o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want %q", o, err, text)
		}
	}
	if _, err := aws.NewOperator(aws.Spec{}, aws.OperatorSpec{RoleARN: role}); err == nil {
		t.Error("there is no region whose STS could be asked")
	}
}
