package config

import (
	"strings"
	"testing"
)

func TestWhatARunIsToldIsCheckedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"operator: {mfa_serial: 'arn:aws:iam::123456789012:mfa/op'}":            "operator.role_arn: is missing",
		"operator: {role_arn: 'arn:aws:iam::12:role/x'}":                        "operator.role_arn: ",
		"operator: {role_arn: 'arn:aws:iam::123456789012:role/x', session: 1m}": "operator.session: 1m is outside of 15m to 12h",
		"journal: {region: us-west-2}":                                          "journal.bucket: is missing",
		"journal: {bucket: b-1, region: eu-west-1}":                             "journal.region: ",
		"journal: {bucket: b-1, prefix: no-slash}":                              "journal.prefix: ",
		"gates: {two_people: [edge]}":                                           "gates.two_people: needs a journal that both people can reach",
		"journal: {bucket: b-1}\ngates: {two_people: [all]}":                    "gates.two_people[0]: ",
	} {
		_, err := Parse("f", []byte(small+"\n"+text+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: said %v, want %s", text, err, want)
		}
	}
}

func TestARunsWaitsAreWithinReason(t *testing.T) {
	_, err := Parse("f", []byte(strings.Replace(small, "waits:\n", "waits:\n  hold: 2h\n", 1)))
	if err == nil || !strings.Contains(err.Error(), "waits.hold: 2h is outside of 100ms to 1h") {
		t.Errorf("said %v", err)
	}
}

func TestAJournalInTheRegionThatMayBeLostIsDoubted(t *testing.T) {
	d := read("f", []byte(small+"\njournal: {bucket: b-1, region: us-east-1}\n"))
	if len(d.problems) > 0 || len(d.warnings) == 0 || d.warnings[len(d.warnings)-1].Field != "journal.region" {
		t.Errorf("problems %v, warnings %v", d.problems, d.warnings)
	}
}

func TestTheLeaseAndTheRolesAreBesideTheJournal(t *testing.T) {
	c := parse(t, small+"\njournal: {bucket: b-1}\n")
	if c.Journal.Region != c.Regions.Standby.Name || c.Roles.Bucket != "b-1" || c.Roles.Key != "lifeboat/roles.auto.tfvars.json" {
		t.Errorf("%+v %+v", c.Journal, c.Roles)
	}
}
