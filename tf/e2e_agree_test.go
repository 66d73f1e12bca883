//go:build unix

package tf

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A database is promoted, kept under another name, and followed by a new one under its own, there and back, twice in a row, behind
// Terraform's back: each time the state lets go of the kept one and takes on the new one, and then every plan is empty.
func TestTerraformAgreesAfterAFailoverAReprotectionAndAFailback(t *testing.T) {
	e2e(t, "full")
	a := newAccount(t)
	a.lister = nil
	a.inputs["digests"] = map[string]string{} // databases are what this is about: no services
	a.together(a.provision, "bootstrap")
	a.migrate()
	a.together(a.provision, "primary")
	a.together(a.provision, "identity")
	a.together(a.provision, "foundation")
	a.together(a.provision, "data")

	home := standing{root: "primary", address: "module.database.aws_db_instance.this", region: "us-east-1", name: "shop-db"}
	away := standing{root: "data", address: "module.database[0].aws_db_instance.this", region: "us-west-2", name: "shop-dr-db"}
	version := 1
	roles := func(writer string, alone bool) {
		version++
		a.roles = a.rolesAre(version, writer, alone)
		a.keepRoles(a.roles)
	}
	for round := range 2 {
		a.promote(away)
		roles("us-west-2", true)
		a.agree("a failover", round)

		a.rebuild(home, away, round)
		roles("us-west-2", false)
		if err := a.unchanged("primary"); err == nil || !strings.Contains(err.Error(), "shop-db-kept-") {
			t.Errorf("a state that follows the kept database is to show it: %v", err)
		}
		a.repoint(home)
		a.agree("a reprotection", round)

		a.promote(home)
		a.rebuild(away, home, round)
		roles("us-east-1", false)
		a.repoint(away)
		a.agree("a failback", round)
	}
	a.together(a.unchanged, "bootstrap", "identity", "foundation")
}

// standing is a database in its place: the root whose it is, and its name.
type standing struct{ root, address, region, name string }

func (a *account) agree(after string, round int) {
	a.t.Helper()
	a.together(a.unchanged, "primary", "data") // the others have nothing of a database
	a.t.Logf("round %d: no changes after %s", round+1, after)
}

// rolesAre is a roles file with another writer, and a standby behind it or none.
func (a *account) rolesAre(version int, writer string, alone bool) []byte {
	a.t.Helper()
	var r map[string]any
	if err := json.Unmarshal(rolesFileOf(a.t, version, writer), &r); err != nil {
		a.t.Fatal(err)
	}
	r["no_standby"] = alone
	text, err := json.Marshal(r)
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}

// awaiting waits until a database is at no work.
const awaiting = `
import time
def ready(region, name):
    while True:
        try:
            d = at("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
            if d["DBInstanceStatus"] == "available": return d
        except at("rds", region).exceptions.DBInstanceNotFoundFault: pass
        time.sleep(1)
`

func (a *account) promote(s standing) {
	a.t.Helper()
	a.python(awaiting+`
region, name = sys.argv[2:4]
ready(region, name)
at("rds", region).promote_read_replica(DBInstanceIdentifier=name, BackupRetentionPeriod=7)
ready(region, name)
`, s.region, s.name)
}

// rebuild keeps a database under another name, and makes a replica of the writer under its own, as Lifeboat orders it: what RDS does not
// take from the source is as the kept one had it.
func (a *account) rebuild(s, writer standing, round int) {
	a.t.Helper()
	a.python(awaiting+`
region, name, kept, away, writer = sys.argv[2:7]
rds = at("rds", region)
old = ready(region, name)
source = ready(away, writer)["DBInstanceArn"]
rds.modify_db_instance(DBInstanceIdentifier=name, NewDBInstanceIdentifier=kept, ApplyImmediately=True)
ready(region, kept)
more = {}
if old.get("PerformanceInsightsEnabled"): more = {"EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": old["PerformanceInsightsKMSKeyId"]}
rds.create_db_instance_read_replica(DBInstanceIdentifier=name, SourceDBInstanceIdentifier=source, DBInstanceClass=old["DBInstanceClass"], KmsKeyId=old["KmsKeyId"],
    DBSubnetGroupName=old["DBSubnetGroup"]["DBSubnetGroupName"], DBParameterGroupName=old["DBParameterGroups"][0]["DBParameterGroupName"],
    VpcSecurityGroupIds=[g["VpcSecurityGroupId"] for g in old["VpcSecurityGroups"]], StorageType=old["StorageType"], MultiAZ=False, DeletionProtection=True, CopyTagsToSnapshot=True,
    AutoMinorVersionUpgrade=old["AutoMinorVersionUpgrade"], EnableCloudwatchLogsExports=old.get("EnabledCloudwatchLogsExports", []), PubliclyAccessible=False, Tags=old["TagList"],
    MaxAllocatedStorage=old["MaxAllocatedStorage"], Port=old["Endpoint"]["Port"], SourceRegion=away, **more)
ready(region, name)
rds.modify_db_instance(DBInstanceIdentifier=name, BackupRetentionPeriod=old["BackupRetentionPeriod"], ApplyImmediately=True)
ready(region, name)
`, s.region, s.name, fmt.Sprintf("%s-kept-2026112%d-120000", s.name, 6+round), writer.region, writer.name)
}

// repoint has a root's state let go of the kept database and take on the one that has its name, with what the state alone knew.
func (a *account) repoint(s standing) {
	a.t.Helper()
	d, err := Prepare(a.spec(s.root))
	if err != nil {
		a.t.Fatal(err)
	}
	ctx := a.t.Context()
	was, err := d.Entry(ctx, s.address)
	if err == nil {
		err = d.Forget(ctx, s.address)
	}
	if err == nil {
		err = d.Import(ctx, s.address, s.name)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	now, err := d.Entry(ctx, s.address)
	if err != nil || now.ID == was.ID || now.ID == "" || now.Tells(was.Unread) {
		a.t.Errorf("the state had %+v, and after the import %+v, %v", was, now, err)
	}
	if err := d.Tell(ctx, s.address, was.Unread); err != nil {
		a.t.Fatal(err)
	}
	if told, err := d.Entry(ctx, s.address); err != nil || told.ID != now.ID || !told.Tells(was.Unread) {
		a.t.Errorf("told %+v, the state has %+v, %v", was.Unread, told, err)
	}
}
