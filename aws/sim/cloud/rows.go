package cloud

// RowsBehind are the rows that the application sees which answers q behind the balancer of that DNS name: those visible in
// its database now, oldest first. None where nothing answers or the application has no database.
func (c *Cloud) RowsBehind(dnsName string, q Request) (rows []Row) {
	c.Locked(func(w *World) {
		b := w.BalancerNamed(dnsName)
		if b == nil {
			return
		}
		rule := b.rule(q)
		if rule == nil || rule.TargetGroup == nil {
			return
		}
		if t := rule.TargetGroup.pick(false); t != nil {
			if db := w.databaseOf(t.Task.TaskDefinition); db != nil && db.Open() {
				rows = append(rows, db.rows(w)...)
			}
		}
	})
	return rows
}
