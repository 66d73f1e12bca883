package tf

import (
	"fmt"
	"strings"
)

// A patch is what an owner who keeps a resource writes into his own root, as HCL. Comments say where each part goes.

// DistributionPatch is the bridge of a distribution: its first origin is a name that one record moves, and pages fail over to the
// standby's load balancer.
type DistributionPatch struct {
	ID                 string
	First, FirstDomain string // the origin that users' requests go to, by its id, and the name that it is to fetch from
	Second, Group      string // ids of the standby's origin and of the group
	Balancer           string // the standby's load balancer; "" while there is none
	Bridged            []PatchedPath
	Kept               []PatchedPath // they allow more than GET, HEAD and OPTIONS, and stay on the first origin
}

// PatchedPath is a behaviour and what it allows.
type PatchedPath struct {
	Path    string
	Methods []string
}

// HCL is the patch of a distribution.
func (p DistributionPatch) HCL() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# aws_cloudfront_distribution, %s", p.ID)
	line("")
	line("# In the origin %s: a name at Cloudflare, so that one record moves pages and API.", hcl(p.First))
	line("domain_name = %s", hcl(p.FirstDomain))
	if p.Balancer == "" {
		line("")
		line("# The standby has no load balancer yet: an origin group comes with it.")
		return b.String()
	}
	line("")
	line("# Beside it:")
	line("origin {")
	line("  origin_id           = %s", hcl(p.Second))
	line("  domain_name         = %s", hcl(p.Balancer))
	line("  connection_attempts = 2")
	line("  connection_timeout  = 3")
	line("")
	line("  custom_origin_config {")
	line("    http_port              = 80")
	line("    https_port             = 443")
	line("    origin_protocol_policy = \"https-only\"")
	line("    origin_ssl_protocols   = [\"TLSv1.2\"]")
	line("  }")
	line("}")
	line("")
	line("origin_group {")
	line("  origin_id = %s", hcl(p.Group))
	line("")
	line("  failover_criteria {")
	line("    status_codes = [500, 502, 503, 504]")
	line("  }")
	line("")
	line("  member {")
	line("    origin_id = %s", hcl(p.First))
	line("  }")
	line("")
	line("  member {")
	line("    origin_id = %s", hcl(p.Second))
	line("  }")
	line("}")
	if len(p.Bridged) == 0 {
		line("")
		line("# No behaviour is limited to GET, HEAD and OPTIONS: nothing is bridged until one of pages is.")
	}
	for _, path := range p.Bridged {
		line("")
		line("# In the behaviour %s, which allows %s:", hcl(path.Path), strings.Join(path.Methods, ", "))
		line("target_origin_id = %s", hcl(p.Group))
	}
	for _, path := range p.Kept {
		line("")
		line("# The behaviour %s allows %s: AWS refuses an origin group there. Leave it on %s.", hcl(path.Path), strings.Join(path.Methods, ", "), hcl(p.First))
	}
	return b.String()
}

// SecretPatch is the copy of a secret in another region; key is a key of that region, "" for AWS's own.
func SecretPatch(name, region, key string) string {
	out := fmt.Sprintf("# aws_secretsmanager_secret, %s. It holds user and password only: the host is each region's own.\nreplica {\n  region     = %s\n", name, hcl(region))
	if key != "" {
		out += fmt.Sprintf("  kms_key_id = %s\n", hcl(key))
	}
	return out + "}\n"
}

// RegistryPatch is the rule that copies repositories' images to another region's registry.
func RegistryPatch(account, region string, repositories []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# aws_ecr_replication_configuration, beside the rules that it has. Images that are there already are pushed again: it is not retroactive.\nrule {\n")
	fmt.Fprintf(&b, "  destination {\n    region      = %s\n    registry_id = %s\n  }\n", hcl(region), hcl(account))
	for _, name := range repositories {
		fmt.Fprintf(&b, "\n  repository_filter {\n    filter      = %s\n    filter_type = \"PREFIX_MATCH\"\n  }\n", hcl(name))
	}
	return b.String() + "}\n"
}

// DatabasePatch are the settings that a database which is replicated needs. A setting that it has already is left out.
type DatabasePatch struct {
	Name                string
	Storage, MaxStorage int // GB; MaxStorage 0: it does not grow by itself
	RetentionDays       int
	Protected           bool
	Parameters          string // its parameter group; RDS's own cannot be changed
	SlotKeepMB          int    // what the group is to have; 0: it has a limit
}

// HCL is the patch of a database; "" where it has everything.
func (p DatabasePatch) HCL() string {
	var b strings.Builder
	if p.MaxStorage <= p.Storage {
		fmt.Fprintf(&b, "max_allocated_storage   = %d # a stalled replica holds back log until the disk is full\n", max(2*p.Storage, 100))
	}
	if p.RetentionDays == 0 {
		b.WriteString("backup_retention_period = 7 # a database without backups cannot be replicated\n")
	}
	if !p.Protected {
		b.WriteString("deletion_protection     = true # a replica whose source is deleted ends, and is not promoted\n")
	}
	out := b.String()
	if out != "" {
		out = fmt.Sprintf("# aws_db_instance, %s\n", p.Name) + out
	}
	if p.SlotKeepMB == 0 {
		return out
	}
	if out != "" {
		out += "\n"
	}
	return out + ParameterPatch(p.Parameters, p.SlotKeepMB)
}

// ParameterPatch is the limit for slots in an owner's parameter group. RDS's own groups cannot be changed.
func ParameterPatch(group string, keepMB int) string {
	where := "aws_db_parameter_group, " + group
	if group == "" || strings.HasPrefix(group, "default.") {
		where = "aws_db_parameter_group, one of your own: RDS's cannot be changed; it is in force after a reboot"
	}
	return fmt.Sprintf("# %s: a slot is given up before the disk is full.\nparameter {\n  name  = \"max_slot_wal_keep_size\"\n  value = %s\n}\n", where, hcl(fmt.Sprint(keepMB)))
}
