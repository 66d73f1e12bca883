package cloud

// Publish makes records those of a zone.
func (w *World) Publish(z *Zone, records []*Record) {
	z.Records = records
	w.touch()
}

// NewID draws an identifier in Cloudflare's form.
func (w *World) NewID() string { return w.hex(32) }

// Watch makes these the zone's health checks.
func (w *World) Watch(z *Zone, checks []*HealthCheck) {
	z.HealthChecks = checks
	w.touch()
}
