package dr

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const copiesOfBackups = "aws_db_instance_automated_backups_replication.this[0]"

// newRestoredStack is a pilot light that has taken over and whose users are home again: a restored database, a balancer, a gateway, and
// copies of the backups of a database that another has taken the place of.
func newRestoredStack(t *testing.T) *stack {
	t.Helper()
	s := newWarmStack(t)
	s.cloud = s.rdsRestored
	database := fakeResource{Address: "aws_db_instance.this", Type: "aws_db_instance", Name: "shop-dr-db", Value: "protected {deletion_protection}, no last copy {skip_final_snapshot}"}
	copies := fakeResource{Address: copiesOfBackups, Type: "aws_db_instance_automated_backups_replication", Name: "copies"}
	for root, more := range map[string][2][]fakeResource{
		"data": {{database, copies}, {copies}}, "compute": {fakeRun{s.dir, "compute"}.more("aws_lb.this"), nil}, "foundation": {fakeRun{s.dir, "foundation"}.more("aws_nat_gateway.this"), nil},
		"failover": {}, "source": {},
	} {
		f := fakeRun{s.dir, root}
		lasting := slices.DeleteFunc(f.state(), func(r fakeResource) bool {
			return !slices.Contains([]string{"aws_kms_key", "aws_ecr_repository", "aws_s3_bucket"}, r.Type)
		})
		f.write("wanted.restored", append(slices.Clone(lasting), more[0]...))
		f.write("wanted.pilot-light", append(slices.Clone(lasting), more[1]...))
		has := append(slices.Clone(lasting), more[0]...)
		for i := range has {
			has[i].Value = fakeFilled(has[i].Value, map[string]any{"deletion_protection": true, "skip_final_snapshot": false})
		}
		f.write("state", has)
	}
	s.written("strategy: warm-standby", "strategy: pilot-light")
	s.written("    database_secret_name:", "    restore: {snapshot: of-spring}\n    database_secret_name:")
	s.written("edge:\n", "edge:\n  api: {url: \""+s.cfg.Regions.Primary.Endpoint+"/api/health\"}\n")
	s.written("waits: {", "waits: {healthy: 100ms, ")
	s.reload(s.cfg.Path)
	s.roled(func(r *Roles) {
		r.Capacity["us-west-2"] = map[string]Capacity{"backend": {Min: 2, Max: 4}}
	})
	return s
}

// more are the resources of one address that a root has.
func (f fakeRun) more(address string) []fakeResource {
	list := f.read("wanted")
	i := slices.IndexFunc(list, func(r fakeResource) bool { return r.Address == address })
	return list[i : i+1]
}

// rdsRestored answers as rds does, of a database at home that writes and one that was restored: copies are of the first once they were made
// anew.
func (s *stack) rdsRestored(w http.ResponseWriter, asked url.Values) bool {
	switch name := asked.Get("Filters.Filter.1.Values.Value.1"); {
	case asked.Get("Action") == "DescribeDBInstances":
		list := ""
		if name == "shop-db" || name == "shop-dr-db" && strings.Contains(s.has(), `"shop-dr-db"`) {
			list = "<DBInstance><DBInstanceIdentifier>" + name + "</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus><EngineVersion>15.12</EngineVersion></DBInstance>"
		}
		fmt.Fprintf(w, "<R><DescribeDBInstancesResult><DBInstances>%s</DBInstances></DescribeDBInstancesResult></R>", list)
		return true
	case asked.Get("Action") == "DescribeDBInstanceAutomatedBackups" && !s.copiedAnew():
		fmt.Fprint(w, "<R><DescribeDBInstanceAutomatedBackupsResult><DBInstanceAutomatedBackups></DBInstanceAutomatedBackups></DescribeDBInstanceAutomatedBackupsResult></R>")
		return true
	}
	return s.rds(w, asked)
}

func (s *stack) copiedAnew() bool { return slices.Contains(s.applied(), "-"+copiesOfBackups) }
