package dr

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lifeboat/aws"
	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
	"lifeboat/tf"
)

// holding is a file of an owner's state that holds the distribution of this id.
func holding(t *testing.T, id string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prod.tfstate")
	text := `{"version": 4, "resources": [{"module": "module.cdn", "mode": "managed", "type": "aws_cloudfront_distribution", "name": "main", "instances": [{"attributes": {"id": "` + id + `"}}]}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// adopting is the builder of an estate whose owner's distribution is taken over, with the plan that does so.
func (z *zoneInTime) adopting() (*builder, string) {
	id := z.cfg.Edge.Distribution
	z.cfg.Terraform.Primary, z.cfg.Terraform.Adopt = config.Theirs, map[string]string{"distribution": id}
	b := z.building("failover", map[string]map[string]any{"compute": {"load_balancer_dns_name": z.now.Balancers[west]}})
	b.setPlan("failover", &savedPlan{plan: &tf.Plan{Root: "failover", Changes: []tf.Change{
		{Address: "aws_cloudfront_distribution.this[0]", Type: "aws_cloudfront_distribution", Action: tf.Update, ID: id}, {Address: "aws_sns_topic.standby", Type: "aws_sns_topic", Action: tf.Add},
	}}})
	return b, id
}

func TestWhatIsAdoptedIsImportedByItsRootAlone(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		b, id := bareZone(w).adopting()
		w.cfg.Terraform.Adopt["registry"] = "123456789012"
		for root, want := range map[string][]tf.Import{
			"failover": {{To: "aws_cloudfront_distribution.this[0]", ID: id}}, "source": {{To: "aws_ecr_replication_configuration.this[0]", ID: "123456789012"}}, "data": nil,
		} {
			if got, err := b.ownImports(t.Context(), root); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %+v, %v", root, got, err)
			}
		}
		w.cfg.Terraform.Primary = config.Ours
		w.cfg.Terraform.Adopt["secret"] = "arn:aws:secretsmanager:us-east-1:1:secret:a"
		if got, _ := b.ownImports(t.Context(), "source"); len(got) != 1 {
			t.Errorf("the stack's own primary has its secret already: %+v", got)
		}
	})
}

func TestNothingIsTakenOverThatTheOwnersStateStillHolds(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		b, id := bareZone(w).adopting()
		w.cfg.Terraform.OwnerState = holding(t, id)
		err := b.heldTwice(t.Context(), "failover")
		for _, words := range []string{"still holds the distribution " + id + ", as module.cdn.aws_cloudfront_distribution.main", "removed {\n  from = module.cdn.aws_cloudfront_distribution.main\n", "destroy = false"} {
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%v does not say %q", err, words)
			}
		}
		var n runbook.Notice
		b.ownNotice(t.Context(), "failover", &n)
		if !slices.Contains(n.What, "  from = module.cdn.aws_cloudfront_distribution.main") || len(n.Failing) > 0 {
			t.Errorf("the gate shows %+v", n)
		}

		w.cfg.Terraform.OwnerState = holding(t, "ANOTHER")
		if err := b.heldTwice(t.Context(), "failover"); err != nil {
			t.Error(err)
		}
		n = runbook.Notice{}
		b.ownNotice(t.Context(), "failover", &n)
		if len(n.Failing) > 0 || len(n.What) != 1 || !strings.Contains(n.What[0], "does not hold it any more") {
			t.Errorf("the gate shows %+v", n)
		}
	})
}

func TestAnOwnersStateThatCannotBeReadIsNoStateWithoutIt(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		b, id := bareZone(w).adopting()
		for where, words := range map[string]string{filepath.Join(t.TempDir(), "none.tfstate"): "no such file", "s3://no-such-bucket/prod.tfstate": "s3://no-such-bucket/prod.tfstate"} {
			w.cfg.Terraform.OwnerState = where
			if err := b.heldTwice(t.Context(), "failover"); err == nil || !strings.Contains(err.Error(), "cannot be seen") || !strings.Contains(err.Error(), words) {
				t.Errorf("%v", err)
			}
			var n runbook.Notice
			b.ownNotice(t.Context(), "failover", &n)
			if len(n.Failing) != 1 || n.Failing[0].Override != AdoptPhrase("distribution", id) {
				t.Errorf("the gate shows %+v", n)
			}
		}
	})
}

func TestWithoutTheOwnersStateAPersonSaysThatHeHasLetGo(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		b, id := bareZone(w).adopting()
		var n runbook.Notice
		b.ownNotice(t.Context(), "failover", &n)
		if len(n.Failing) != 1 || n.Failing[0].Override != "adopt distribution "+id || !strings.Contains(n.Failing[0].Text, "lifeboat.yaml has no terraform.owner_state") ||
			!slices.Contains(n.What, "  from = aws_cloudfront_distribution.NAME") {
			t.Errorf("the gate shows %+v", n)
		}
		if err := b.heldTwice(t.Context(), "failover"); err != nil {
			t.Errorf("refused although it was accepted: %v", err)
		}
		b.setPlan("failover", &savedPlan{plan: &tf.Plan{Root: "failover"}}) // it is in our state already
		n = runbook.Notice{}
		if b.ownNotice(t.Context(), "failover", &n); len(n.Failing) > 0 || len(n.What) > 0 {
			t.Errorf("asked again: %+v", n)
		}
	})
}

func TestADistributionIsTakenOverAsItIs(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		b, _ := bareZone(w).adopting()
		vars := map[string]any{}
		if err := b.ownVariables(t.Context(), "failover", vars); err != nil {
			t.Fatal(err)
		}
		if want := map[string]string{"first": "origin", "second": "standby", "group": "pages"}; !reflect.DeepEqual(vars["origin_ids"], want) {
			t.Errorf("ids %v", vars["origin_ids"])
		}
		list, _ := vars["behaviors"].([]any)
		if len(list) != 2 {
			t.Fatalf("%+v", vars["behaviors"])
		}
		api, pages := list[0].(map[string]any), list[1].(map[string]any)
		if api["path"] != "/api/*" || api["bridged"] != false || pages["path"] != "*" || pages["bridged"] != true || pages["cache_policy_id"] == "" {
			t.Errorf("%+v, %+v", api, pages)
		}
		today, _ := vars["methods_today"].(map[string]any)
		if methods, _ := today["/api/*"].([]string); !slices.Contains(methods, "POST") || vars["cdn_certificate_arn"] == nil || len(vars["aliases"].([]string)) != 2 {
			t.Errorf("%+v", vars)
		}
		w.cfg.Terraform.Inputs = map[string]any{"behaviors": []any{"mine"}}
		vars = map[string]any{"behaviors": []any{"mine"}}
		if err := b.ownVariables(t.Context(), "failover", vars); err != nil || !reflect.DeepEqual(vars["behaviors"], []any{"mine"}) {
			t.Errorf("what lifeboat.yaml gives does not stand: %+v, %v", vars["behaviors"], err)
		}
	})
}

func TestSecretDatabaseAndRulesComeAlongAsTheyAre(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.cfg.Terraform.Primary = config.Theirs
		var arn, id string
		w.in(func(c *cloud.World) { arn, id = c.Region(east).Secrets[0].ARN, c.Region(east).Databases[0].ID })
		w.cfg.Terraform.Adopt = map[string]string{"secret": arn, "database": id}
		b := z.building("data", nil)
		vars := map[string]any{"repositories": []any{"nothing"}}
		if err := b.ownVariables(t.Context(), "source", vars); err != nil {
			t.Fatal(err)
		}
		secret, _ := vars["adopted_secret"].(map[string]any)
		if secret["name"] == "" || secret["kms_key_id"] != nil {
			t.Errorf("%+v", secret)
		}
		db, _ := vars["adopted_database"].(map[string]any)
		if db["identifier"] != id || db["engine_version"] == "" || db["username"] == "" || db["key_arn"] == "" || db["slot_wal_keep_mb"] != slotKeepMB {
			t.Errorf("%+v", db)
		}
		others, _ := vars["other_replication_rules"].([]any)
		if len(others) != 1 { // the reference estate's own rule names other repositories
			t.Fatalf("a rule of the owner's is lost: %+v", vars["other_replication_rules"])
		}
		to := others[0].(map[string]any)["destinations"].([]any)[0].(map[string]any)
		if to["region"] != west || to["registry_id"] == "" {
			t.Errorf("%+v", to)
		}
	})
}

func TestWhatTheOwnerKeepsIsLeftOutAndHeGetsAPatch(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.cfg.Terraform.Primary, w.cfg.Terraform.Declined = config.Theirs, []string{"distribution", "secret", "registry", "database"}
		w.in(func(c *cloud.World) {
			secret, db := c.Region(east).Secrets[0], c.Region(east).Databases[0]
			w.cfg.Terraform.Inputs = map[string]any{
				"primary_database_identifier": db.ID, "database_secret_name": secret.Name, "origin_domain": "origin." + w.cfg.Edge.Cloudflare.Zone,
			}
			secret.Replicas, db.MaxStorage, db.DeletionProtection = nil, 0, false
			d := c.Distributions[0]
			d.Groups, d.Default.Target, d.Origins = nil, "origin", d.Origins[:1]
		})
		b := z.building("failover", map[string]map[string]any{"compute": {"load_balancer_dns_name": z.now.Balancers[west]}, "foundation": {"application_key_arn": "arn:aws:kms:us-west-2:1:key/a"}})
		for root, name := range map[string]string{"failover": "own_distribution", "source": "replicate_images"} {
			vars := map[string]any{}
			if err := b.ownVariables(t.Context(), root, vars); err != nil || vars[name] != false {
				t.Errorf("%s: %+v, %v", root, vars, err)
			}
		}
		for root, want := range map[string][]string{
			"failover": {"domain_name         = \"" + z.now.Balancers[west] + "\"", "target_origin_id = \"bridge\"", "Leave it on \"origin\"", "status_codes = [500, 502, 503, 504]"},
			"source":   {"replica {\n  region     = \"us-west-2\"\n  kms_key_id = \"arn:aws:kms:us-west-2:1:key/a\"\n}", "max_slot_wal_keep_size", "max_allocated_storage", "deletion_protection"},
		} {
			var all string
			for _, theirs := range b.owned(t.Context(), root, holdsNothing) {
				all += theirs.Block
				if theirs.State != OwnedTheirs || theirs.Why != "" || !strings.HasPrefix(theirs.Words(), "yours, not under \"no changes\": the ") {
					t.Errorf("%+v", theirs)
				}
			}
			for _, words := range want {
				if !strings.Contains(all, words) {
					t.Errorf("%s's patches do not say %q:\n%s", root, words, all)
				}
			}
		}
		b.setPlan("failover", &savedPlan{plan: &tf.Plan{}})
		var n runbook.Notice
		if b.ownNotice(t.Context(), "failover", &n); !slices.Contains(n.What, "origin_group {") {
			t.Errorf("the run's page shows %q", n.What)
		}
	})
}

func TestARepositoryIsCopiedWhereARuleSaysSo(t *testing.T) {
	there, other := aws.RegistryPlace{Region: west, Account: "1"}, aws.RegistryPlace{Region: "eu-west-1", Account: "1"}
	rules := []aws.ReplicationRule{{To: []aws.RegistryPlace{other}}, {To: []aws.RegistryPlace{other, there}, Prefixes: []string{"back", "shop/"}}}
	for name, want := range map[string]bool{"backend": true, "shop/web": true, "frontend": false} {
		if got := copied(rules, there, name); got != want {
			t.Errorf("%s is copied: %t", name, got)
		}
	}
	if !copied([]aws.ReplicationRule{{To: []aws.RegistryPlace{there}}}, there, "anything") {
		t.Error("a rule without a filter copies everything")
	}
}

// holdsNothing is a state of the stack's with nothing in it.
func holdsNothing(string) bool { return false }

func TestWhatTheOwnerHasDoneAlreadyIsNotAskedOfHim(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.cfg.Terraform.Primary, w.cfg.Terraform.Declined = config.Theirs, []string{"distribution", "secret", "registry", "database"}
		w.in(func(c *cloud.World) {
			secret, db := c.Region(east).Secrets[0], c.Region(east).Databases[0]
			w.cfg.Terraform.Inputs = map[string]any{
				"primary_database_identifier": db.ID, "database_secret_name": secret.Name, "repositories": []any{c.Region(east).Repositories[0].Name},
				"origin_domain": "origin." + w.cfg.Edge.Cloudflare.Zone,
			}
			db.MaxStorage, db.DeletionProtection = 10*db.Storage, true
			c.Region(east).Parameters = map[string]map[string]string{db.Parameters: {slotParameter: "4096"}}
		})
		b := z.building("failover", map[string]map[string]any{"compute": {"load_balancer_dns_name": z.now.Balancers[west]}, "foundation": {}})
		n := 0
		for _, root := range []string{"source", "failover"} {
			for _, o := range b.owned(t.Context(), root, holdsNothing) {
				n++
				if o.Block != "" || o.Why != "" || !strings.HasSuffix(o.Words(), "It has what the standby needs of it") {
					t.Errorf("%s: %s\n%s", o.Key, o.Words(), o.Block)
				}
			}
		}
		if n != 4 {
			t.Errorf("%d of the four were looked at", n)
		}
	})
}

func TestAnAdoptedDatabaseStaysInItsGroups(t *testing.T) {
	inTime(t, func(t *testing.T, w *estateInTime) {
		z := bareZone(w)
		w.cfg.Terraform.Primary = config.Theirs
		var id, subnets, parameters string
		w.in(func(c *cloud.World) {
			db := c.Region(east).Databases[0]
			id, subnets, parameters = db.ID, db.Subnets, db.Parameters
		})
		w.cfg.Terraform.Adopt = map[string]string{"database": id}
		b := z.building("data", nil)
		variable := func() map[string]any {
			vars := map[string]any{}
			if err := b.ownVariables(t.Context(), "source", vars); err != nil {
				t.Fatal(err)
			}
			return vars["adopted_database"].(map[string]any)
		}
		if got := variable(); got["subnet_group_name"] != subnets || got["parameter_group_name"] != parameters {
			t.Errorf("%+v", got)
		}
		adopted := b.owned(t.Context(), "source", func(string) bool { return true })
		if len(adopted) != 1 || adopted[0].State != OwnedAdopted || !strings.Contains(adopted[0].Block, "aws_db_parameter_group, "+parameters) || !strings.Contains(adopted[0].Block, slotParameter) {
			t.Errorf("the limit for slots is left to nobody: %+v", adopted)
		}
		w.in(func(c *cloud.World) { c.Region(east).Databases[0].Parameters = "default.postgres15" })
		if got := variable(); got["parameter_group_name"] != nil {
			t.Errorf("RDS's own group is kept, and cannot be changed: %+v", got)
		}
		if adopted := b.owned(t.Context(), "source", func(string) bool { return true }); adopted[0].Block != "" {
			t.Errorf("the stack makes a group, and its owner is asked for one: %s", adopted[0].Block)
		}
	})
}
