package edge

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// want is a record written as "NAME CONTENT".
func want(line string) RecordSpec {
	name, content, _ := strings.Cut(line, " ")
	return RecordSpec{Name: name, Type: "CNAME", Content: content, TTL: time.Minute}
}

// setups are what PlanSetup comes to, as "ACTION NAME BEFORE -> CONTENT".
func setups(list []RecordSetup) (all []string) {
	for _, s := range list {
		all = append(all, strings.Join([]string{string(s.Action), s.Name, s.Before, "->", s.Content}, " "))
	}
	return all
}

func TestWhatIsNotThereIsMadeWhatLeadsElsewhereIsChangedTheRestIsLeft(t *testing.T) {
	records := lines(t,
		"shop.example CNAME "+eastern, "www.shop.example CNAME "+cdnName, "grafana.shop.example CNAME dualstack."+strings.ToUpper(eastern)+".",
		"mail.shop.example A 192.0.2.1",
	)
	got := setups(PlanSetup(records, []RecordSpec{
		want("shop.example " + cdnName), want("www.shop.example. " + cdnName), want("grafana.shop.example " + eastern), want("origin.shop.example " + eastern + "."),
		want("origin.shop.example " + eastern), // said twice
	}))
	if !reflect.DeepEqual(got, []string{
		"change shop.example " + eastern + " -> " + cdnName,
		"leave www.shop.example. " + cdnName + " -> " + cdnName,
		"leave grafana.shop.example dualstack." + strings.ToUpper(eastern) + ". -> " + eastern,
		"create origin.shop.example  -> " + eastern,
	}) {
		t.Errorf("%q", got)
	}
}

func TestARecordOfAddressesIsNotReplaced(t *testing.T) {
	records := []Record{{Name: "shop.example", Type: "A", Content: "192.0.2.1"}, {Name: "shop.example", Type: "A", Content: "192.0.2.2"}}
	got := PlanSetup(records, []RecordSpec{want("shop.example " + cdnName)})
	if len(got) != 1 || got[0].Action != SetupInWay || !strings.Contains(got[0].Problem, "A 192.0.2.1 and A 192.0.2.2") || !strings.Contains(got[0].Problem, "delete or rename it") {
		t.Errorf("%+v", got)
	}
}

func TestAChangedRecordKeepsItsTTLAndProxiedState(t *testing.T) {
	records := lines(t, "shop.example CNAME "+eastern)
	records[0].TTL, records[0].Proxied = 0, true
	got := PlanSetup(records, []RecordSpec{want("shop.example " + cdnName)})
	if len(got) != 1 || got[0].TTL != 0 || !got[0].Proxied || got[0].ID != records[0].ID {
		t.Errorf("%+v", got)
	}
	var back []RecordSetup
	text, err := json.Marshal(got)
	if err != nil || json.Unmarshal(text, &back) != nil || !reflect.DeepEqual(back, got) {
		t.Errorf("%s became %+v", text, back)
	}
}

func TestAnAddressIsWatchedOnce(t *testing.T) {
	wanted := []CheckSpec{{Name: "shop-us-east-1", Address: eastern}, {Name: "shop-us-west-2", Address: western}}
	for name, c := range map[string]struct {
		there []HealthCheck
		want  string
	}{
		"nothing watches":                 {nil, "create create"},
		"both are watched":                {[]HealthCheck{{ID: "1", Name: "api", Address: eastern + "."}, {ID: "2", Name: "shop-us-west-2", Address: western}}, "leave by api leave"},
		"a balancer was made anew":        {[]HealthCheck{{ID: "1", Name: "shop-us-east-1", Address: "old.elb.amazonaws.com"}}, "change create"},
		"another watches it now":          {[]HealthCheck{{Name: "shop-us-east-1", Address: "old.elb.amazonaws.com"}, {Name: "b", Address: eastern}}, "leave by b create"},
		"the other order says no more":    {[]HealthCheck{{Name: "b", Address: eastern}, {Name: "shop-us-east-1", Address: "old.elb.amazonaws.com"}}, "leave by b create"},
		"somebody watches something else": {[]HealthCheck{{Name: "blog", Address: "blog.example"}}, "create create"},
	} {
		var got []string
		for _, s := range PlanChecks(c.there, wanted) {
			got = append(got, string(s.Action))
			if s.By != "" {
				got = append(got, "by "+s.By)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, " "), c.want)
		}
	}
}

func TestANameIsOfItsZoneOnly(t *testing.T) {
	for name, want := range map[string]bool{"shop.example": true, "a.SHOP.example.": true, "notshop.example": false, "example": false, "shop.example.org": false} {
		if InZone(name, "shop.example") != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
	if InZone("a", "") {
		t.Error("without a zone no name is its own")
	}
}
