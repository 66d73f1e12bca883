package cloud

// How the planes use the model. Everything below takes the lock itself; inside Locked use the World's methods.
//
// Making one:
//
//	c := cloud.Reference(cloud.Options{Seed: 7, Speed: 10})   // estate.md's estate, warm standby, with 3 h of history
//	c.Period()                                                 // the metric period on the wall clock, whole seconds
//
// Control planes (AWS, Cloudflare): ask the gate first, then read under the lock.
//
//	f := c.Gate(cloud.Call{Region: "us-east-1", Service: "ecs", Action: "DescribeServices"})
//	// f.Hang: never answer, hold the connection; f.Delay: wait so long first; f.Refused(): answer f.Status, f.Code, f.Message
//	c.Locked(func(w *cloud.World) { ... w.Region("us-east-1").Clusters ... })
//
// Its calls go through package spoil, which holds them, and loses or cuts their answers. A call that changes something is
// a method of World that does it as the cloud would, in time, and refuses with a *Refusal in the cloud's own words:
//
//	err := w.UpdateService(s, cloud.ServiceChange{Desired: &n})   // ecs; w.Register, w.RegisterScalableTarget
//	err := w.Promote(db, 7)                                       // rds; w.Modify, w.Reboot, w.Snapshot, w.CreateReplica, w.Delete
//	err := w.UpdateDistribution(d, etag, next)                    // cloudfront; w.Invalidate; d.Live() is what answers meanwhile
//	o, err := w.Put(bucket, object, condition)                    // s3; w.Remove
//	key, id, err := w.AssumeRole(caller, cloud.RoleOrder{...})    // sts
//	err := w.PutAlarm(region, Alarm{...})                         // cloudwatch; judged at the end of each metric period
//	w.Publish(zone, records)                                      // Cloudflare
//
// Cloudflare's API is Call{Service: "cloudflare", Action: ...} with no region. A control plane says with c.Offer(service,
// actions) what it answers, so that break-call and half-way refuse a name that nobody would ever call.
//
// Data planes (balancers, CDN, DNS): a balancer is asked by its DNS name, and its metrics count it.
//
//	a := c.Serve(dnsName, cloud.Request{Port: 443, Method: "GET", Host: "davidshaevel.com", Path: "/api/health"})
//	// a.Silent: no answer comes; else a.Status, a.Location, a.Environment, a.Database, a.Row, a.Took
//	w.BalancerNamed(dnsName), w.Leads(name), w.CDNOf(name), w.DistributionFor(host), d.BehaviorFor(path), w.CheckStatus(check)
//
// Databases: what one would say over SQL.
//
//	pg, err := c.SQL("us-west-2", "davidshaevel-dr-db")        // pg.Silent, pg.Starting, pg.Recovery, pg.LSN, pg.Replayed, ...
//	row, err := c.Insert("us-east-1", "davidshaevel-dev-db", "text")
//	rows, err := c.Rows("us-west-2", "davidshaevel-dr-db")
//
// Instances come, are renamed and go: c.EachDatabase(serve) tells of every identifier that one is given.
//
// The director:
//
//	cloud.Actions()                                            // what there is, with arguments and words
//	err := c.Do("darken", "us-east-1")
//	c.InForce()                                                // what was ordered and not taken back
