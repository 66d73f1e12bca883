package cloud

import (
	"strings"
	"time"
)

// fillNothing leaves an account with its quotas, its operators' roles and a zone without records.
func (b builder) fillNothing(services int) {
	for _, r := range b.Regions {
		r.rds, r.ParameterGroups = b.hex(11), []string{"default.postgres15"}
		b.fillQuotas(r, services)
		b.unreplicated = append(b.unreplicated, r.Name)
	}
	b.Zones = append(b.Zones, &Zone{ID: b.hex(32), Name: b.zone, Account: b.hex(32)})
	b.fillRoles()
}

// fillPrimary gives the first region its estate, as it is before anybody thinks of a second one: nothing is replicated, and
// the distribution has one origin.
func (b builder) fillPrimary(services int) {
	home := b.Regions[0]
	b.fillStores(home, b.images())
	copied := *home.Secrets[0] // its owner has it in both regions already
	copied.ARN, copied.Replicas = strings.Replace(copied.ARN, home.Name, b.Regions[1].Name, 1), nil
	b.Regions[1].Secrets = []*Secret{&copied}
	b.fillNetwork(home)
	b.fillDatabases(home)
	home.SecurityGroups = home.SecurityGroups[:1] // the one that isolates is made by the stack
	b.fillServices(home, true)
	b.fillMore(home, services)
	b.Regions[1].rds, b.Regions[1].ParameterGroups = b.hex(11), []string{"default.postgres15"}
	for _, r := range b.Regions {
		b.fillQuotas(r, services)
		b.unreplicated = append(b.unreplicated, r.Name)
	}
	db := home.Databases[0]
	for day := db.Retention; day >= 1; day-- {
		b.automated(db, b.now.AddDate(0, 0, -day).Add(-5*time.Hour))
	}
	b.fillOneOrigin(home.Balancers[0])
	b.fillOwnerState()
	b.fillRoles()
}

// fillOneOrigin makes the distribution and the zone of an estate of one region.
func (b builder) fillOneOrigin(home *Balancer) {
	d := b.distribution(home)
	d.Origins, d.Groups = []Origin{origin("alb", home.DNSName)}, nil
	d.Default = Behavior{Target: "alb", Methods: allMethods, Cached: true, Protocol: "redirect-to-https", CacheID: cachingOptimized, RequestID: allViewer}
	d.Behaviors[0].Target = "alb"
	b.Distributions = append(b.Distributions, d)
	z := &Zone{ID: b.hex(32), Name: b.zone, Account: b.hex(32)}
	for _, r := range []Record{{Name: b.zone, Content: d.Domain}, {Name: "www." + b.zone, Content: d.Domain}, {Name: "grafana." + b.zone, Content: home.DNSName}} {
		r.ID, r.Type, r.TTL, r.Created, r.Modified = b.hex(32), "CNAME", 60, b.born, b.born
		z.Records = append(z.Records, &r)
	}
	b.Zones = append(b.Zones, z)
}
