package tf

import "testing"

func TestPatchesOfAnOwnersRoot(t *testing.T) {
	writes := []string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
	bridge := DistributionPatch{
		ID: "E1", First: "prod-alb", FirstDomain: "origin.shop.example", Second: "standby", Group: "bridge",
		Bridged: []PatchedPath{{"*", []string{"GET", "HEAD"}}}, Kept: []PatchedPath{{"/api/*", writes}},
	}
	without := bridge.HCL()
	bridge.Balancer = "shop-dr-1.us-west-2.elb.amazonaws.com"
	for name, c := range map[string]struct{ got, want string }{
		"distribution": {bridge.HCL(), `# aws_cloudfront_distribution, E1

# In the origin "prod-alb": a name at Cloudflare, so that one record moves pages and API.
domain_name = "origin.shop.example"

# Beside it:
origin {
  origin_id           = "standby"
  domain_name         = "shop-dr-1.us-west-2.elb.amazonaws.com"
  connection_attempts = 2
  connection_timeout  = 3

  custom_origin_config {
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"
    origin_ssl_protocols   = ["TLSv1.2"]
  }
}

origin_group {
  origin_id = "bridge"

  failover_criteria {
    status_codes = [500, 502, 503, 504]
  }

  member {
    origin_id = "prod-alb"
  }

  member {
    origin_id = "standby"
  }
}

# In the behaviour "*", which allows GET, HEAD:
target_origin_id = "bridge"

# The behaviour "/api/*" allows GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE: AWS refuses an origin group there. Leave it on "prod-alb".
`},
		"distribution without a standby": {without, `# aws_cloudfront_distribution, E1

# In the origin "prod-alb": a name at Cloudflare, so that one record moves pages and API.
domain_name = "origin.shop.example"

# The standby has no load balancer yet: an origin group comes with it.
`},
		"secret": {SecretPatch("prod/db", "us-west-2", "arn:aws:kms:us-west-2:1:key/a"), `# aws_secretsmanager_secret, prod/db. It holds user and password only: the host is each region's own.
replica {
  region     = "us-west-2"
  kms_key_id = "arn:aws:kms:us-west-2:1:key/a"
}
`},
		"registry": {RegistryPatch("111122223333", "us-west-2", []string{"backend", "frontend"}), `# aws_ecr_replication_configuration, beside the rules that it has. Images that are there already are pushed again: it is not retroactive.
rule {
  destination {
    region      = "us-west-2"
    registry_id = "111122223333"
  }

  repository_filter {
    filter      = "backend"
    filter_type = "PREFIX_MATCH"
  }

  repository_filter {
    filter      = "frontend"
    filter_type = "PREFIX_MATCH"
  }
}
`},
		"database": {DatabasePatch{Name: "prod-db", Storage: 20, Parameters: "prod-settings", SlotKeepMB: 5120}.HCL(), `# aws_db_instance, prod-db
max_allocated_storage   = 100 # a stalled replica holds back log until the disk is full
backup_retention_period = 7 # a database without backups cannot be replicated
deletion_protection     = true # a replica whose source is deleted ends, and is not promoted

# aws_db_parameter_group, prod-settings: a slot is given up before the disk is full.
parameter {
  name  = "max_slot_wal_keep_size"
  value = "5120"
}
`},
		"database without a group of its own": {DatabasePatch{Name: "prod-db", Storage: 20, MaxStorage: 100, RetentionDays: 7, Protected: true, Parameters: "default.postgres15", SlotKeepMB: 5120}.HCL(), `# aws_db_parameter_group, one of your own: RDS's cannot be changed; it is in force after a reboot: a slot is given up before the disk is full.
parameter {
  name  = "max_slot_wal_keep_size"
  value = "5120"
}
`},
		"database that has all": {DatabasePatch{Name: "prod-db", Storage: 20, MaxStorage: 100, RetentionDays: 7, Protected: true}.HCL(), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, c.got, c.want)
		}
	}
}
