package edge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/healthchecks"

	"lifeboat/aws/fault"
)

// Checks are the zone's health checks. A zone whose plan has none is fault.NotFound, a token that may not see them fault.Denied.
func (c *Changer) Checks(ctx context.Context) (list []HealthCheck, err error) {
	err = c.inZone(ctx, false, func(api *cloudflare, zone string) error {
		list, err = api.checks(ctx, zone)
		return err
	})
	return list, err
}

// ChecksSetUp says how many of the wanted addresses are watched.
func (c *Changer) ChecksSetUp(ctx context.Context, changes []CheckSetup) (done int, err error) {
	checks, err := c.Checks(ctx)
	for _, s := range changes {
		if isWatched(checks, s.Address) {
			done++
		}
	}
	return done, err
}

func isWatched(checks []HealthCheck, address string) bool {
	for _, h := range checks {
		if plain(h.Address) == plain(address) {
			return true
		}
	}
	return false
}

// SetUpChecks makes the checks that are not there yet, a request each; the first that fails ends it. It looks first. Without(err)
// says whether the plan or the token is why.
func (c *Changer) SetUpChecks(ctx context.Context, changes []CheckSetup) error {
	return c.eachCheck(ctx, changes, func(api *cloudflare, zone string, checks []HealthCheck, s CheckSetup) error {
		switch {
		case isWatched(checks, s.Address) || s.Action == SetupLeave:
			return nil
		case s.Action == SetupChange:
			return api.editCheck(ctx, zone, s.ID, s.CheckSpec)
		}
		return api.newCheck(ctx, zone, s.CheckSpec)
	})
}

// UndoChecks takes the changes back: a check that was made is deleted if it carries Mark, one that was changed asks its old address.
func (c *Changer) UndoChecks(ctx context.Context, changes []CheckSetup) error {
	return c.eachCheck(ctx, changes, func(api *cloudflare, zone string, checks []HealthCheck, s CheckSetup) error {
		for _, h := range checks {
			if h.Name != s.Name || plain(h.Address) != plain(s.Address) {
				continue
			}
			switch {
			case s.Action == SetupCreate && h.Ours:
				return api.dropCheck(ctx, zone, h.ID)
			case s.Action == SetupChange && h.ID == s.ID:
				old := s.CheckSpec
				old.Address = s.Before
				return api.editCheck(ctx, zone, h.ID, old)
			}
		}
		return nil
	})
}

func (c *Changer) eachCheck(ctx context.Context, changes []CheckSetup, do func(*cloudflare, string, []HealthCheck, CheckSetup) error) error {
	if len(changes) == 0 {
		return nil
	}
	return c.inZone(ctx, false, func(api *cloudflare, zone string) error {
		checks, err := api.checks(ctx, zone)
		if err != nil {
			return err
		}
		for _, s := range changes {
			if err := api.askable(s.CheckSpec); err != nil {
				return err
			}
			if err := do(api, zone, checks, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// Without says whether an error of health checks means that this zone or this token has none to give: Cloudflare's plan does not
// include them or not so many, or the token lacks the permission. words say which. The rest of the setup goes on without.
func Without(err error) (words string, without bool) {
	switch kind := fault.KindOf(err); {
	case kind == fault.Denied:
		return "the token may not make health checks (permission Zone > Health Checks > Edit)", true
	case kind == fault.NotFound:
		return "the zone's plan has no health checks, or no more of them", true
	case kind == fault.Refused && strings.Contains(strings.ToLower(err.Error()), "maximum"):
		return "the zone's plan has no more health checks", true
	}
	return "", false
}

// askable refuses a check that would ask nothing.
func (c *cloudflare) askable(s CheckSpec) error {
	if !hostname(s.Address) {
		return c.fault(askNewCheck, fault.Refused, fmt.Errorf("the check %s would ask %q, which is no host's name", s.Name, s.Address))
	}
	return nil
}

func (c *cloudflare) newCheck(ctx context.Context, zone string, s CheckSpec) error {
	p := healthchecks.HealthcheckNewParams{}
	p.ZoneID.Value, p.ZoneID.Present = zone, true
	p.QueryHealthcheck = checkParam(s)
	p.QueryHealthcheck.Description.Value, p.QueryHealthcheck.Description.Present = Mark, true
	made, err := one(ctx, c, askNewCheck, func(ctx context.Context) (*healthchecks.Healthcheck, error) {
		return healthchecks.NewHealthcheckService(c.options...).New(ctx, p)
	})
	return c.shown(askNewCheck, made, s, err)
}

// editCheck sets what a check asks, and leaves its other settings.
func (c *cloudflare) editCheck(ctx context.Context, zone, id string, s CheckSpec) error {
	p := healthchecks.HealthcheckEditParams{}
	p.ZoneID.Value, p.ZoneID.Present = zone, true
	p.QueryHealthcheck.Name.Value, p.QueryHealthcheck.Name.Present = s.Name, true
	p.QueryHealthcheck.Address.Value, p.QueryHealthcheck.Address.Present = s.Address, true
	made, err := one(ctx, c, askEditCheck, func(ctx context.Context) (*healthchecks.Healthcheck, error) {
		return healthchecks.NewHealthcheckService(c.options...).Edit(ctx, id, p)
	})
	return c.shown(askEditCheck, made, s, err)
}

func (c *cloudflare) dropCheck(ctx context.Context, zone, id string) error {
	p := healthchecks.HealthcheckDeleteParams{}
	p.ZoneID.Value, p.ZoneID.Present = zone, true
	_, err := one(ctx, c, askDropCheck, func(ctx context.Context) (*healthchecks.HealthcheckDeleteResponse, error) {
		return healthchecks.NewHealthcheckService(c.options...).Delete(ctx, id, p)
	})
	return err
}

// shown fails where the answer does not show the check as it was to be.
func (c *cloudflare) shown(op string, made *healthchecks.Healthcheck, s CheckSpec, err error) error {
	if err == nil && (made.Name != s.Name || plain(made.Address) != plain(s.Address)) {
		err = c.fault(op, fault.Unreadable, errors.New("the answer does not show "+s.Name+" as it was to be"))
	}
	return err
}

func checkParam(s CheckSpec) (p healthchecks.QueryHealthcheckParam) {
	p.Name.Value, p.Name.Present = s.Name, true
	p.Address.Value, p.Address.Present = s.Address, true
	p.Type.Value, p.Type.Present = "HTTPS", true
	p.Interval.Value, p.Interval.Present = int64(s.Seconds), true
	p.HTTPConfig.Present = true
	h := &p.HTTPConfig.Value
	h.Method.Value, h.Method.Present = healthchecks.HTTPConfigurationMethodGet, true
	h.Path.Value, h.Path.Present = s.Path, true
	h.ExpectedCodes.Value, h.ExpectedCodes.Present = []string{"200"}, true
	h.Header.Value, h.Header.Present = map[string][]string{"Host": {s.Host}}, true
	return p
}
