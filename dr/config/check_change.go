package config

import "time"

// changes checks what a run is told: who changes things, where runs are kept, and who must agree.
func (d *document) changes() {
	o, j, r := d.config.Operator, d.config.Journal, d.config.Roles
	d.optional("operator.role_arn", o.RoleARN, roleARN)
	d.optional("operator.profile", o.Profile, profileName)
	d.optional("operator.mfa_serial", o.MFASerial, mfaSerial)
	if o.RoleARN == "" && (o.MFASerial != "" || o.Profile != "" || o.Session != 0) {
		d.bad("operator.role_arn", "is missing", "write the role that changes things, like "+roleARN.like)
	}
	if d.given("operator.session") {
		d.within("operator.session", o.Session, 15*time.Minute, 12*time.Hour, "1h")
	}
	d.optional("journal.bucket", j.Bucket, bucketName)
	d.optional("journal.prefix", j.Prefix, keyPrefix)
	if j.Bucket == "" && (j.Region != "" || j.Prefix != "" || j.Lease != 0) {
		d.bad("journal.bucket", "is missing", "write the bucket that runs are kept in, like "+bucketName.like)
	}
	d.journalRegion(j)
	if d.given("journal.lease") {
		d.within("journal.lease", j.Lease, 5*time.Second, 10*time.Minute, "30s")
	}
	d.optional("roles.bucket", r.Bucket, bucketName)
	d.optional("roles.key", r.Key, objectKey)
	each(d, "gates.two_people", d.config.Gates.TwoPeople, func(field, gate string) { among(d, field, gate, GateNames...) })
	if len(d.config.Gates.TwoPeople) > 0 && j.Bucket == "" {
		d.bad("gates.two_people", "needs a journal that both people can reach", "write journal with its bucket")
	}
}

// journalRegion: a journal in the region that is lost is lost with it.
func (d *document) journalRegion(j Journal) {
	regions := d.config.Regions
	among(d, "journal.region", j.Region, regions.Primary.Name, regions.Standby.Name)
	if j.Region != "" && j.Region == regions.Primary.Name {
		d.doubt("journal.region", "is the primary's: when that region is lost, no run can be started or resumed without a typed override",
			"keep the journal in "+regions.Standby.Name)
	}
}
