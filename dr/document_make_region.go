package dr

import (
	"lifeboat/aws"
	"lifeboat/dr/pg"
)

func docRegion(r *Region) DocRegion {
	d := DocRegion{
		Name: r.Name, Built: string(r.Built), Condition: string(r.Condition), Level: r.Level.String(), Since: when(r.Since),
		Why: r.Why, Remedy: r.Remedy, Blocking: list(r.Blocking, func(s string) string { return s }),
		Signals:   list(r.Signals, docSignal),
		Balancers: list(r.Balancers, func(b Balancer) DocBalancer { return docBalancer(b, r.Raw) }),
		Services:  list(r.Services, docService),
		Databases: list(r.Databases, func(db Database) DocDatabase { return docDatabase(db, r.SQL) }),
		Newest:    DocRecoveryPoint{At: when(r.Newest.At), From: r.Newest.From, Seen: docSeen(r.Newest.Seen)},
		Session:   docSession(r.Session),
		Findings:  list(r.Findings, docFinding),
		Seen:      docSeen(r.Seen),
	}
	raw := r.Raw
	if raw == nil {
		raw = &Snapshot{}
	}
	d.Certificates = list(raw.Certificates.Value, docCertificate)
	d.Images = list(raw.Images.Value, docImage)
	d.Snapshots = list(raw.Snapshots.Value, docSnapshot)
	d.Backups = list(raw.Backups.Value, docBackup)
	d.Calls, d.Took = raw.Calls, seconds(raw.Took > 0, raw.Took)
	return d
}

func docSignal(s Signal) DocSignal {
	return DocSignal{Name: s.Name, Asked: s.Asked, Silent: s.Silent, Since: when(s.Since), Text: s.Text}
}

func docBalancer(b Balancer, raw *Snapshot) DocBalancer {
	d := DocBalancer{
		Name: b.Name, Level: b.Level.String(), Word: b.Word,
		Healthy: given(b.Seen.Known(), b.Healthy), All: given(b.Seen.Known(), b.All),
		Requests: figure(b.Requests), Errors: figure(b.Errors), P95: figure(b.P95), Metrics: when(b.Requests.At),
		Probe: docProbe(b.Probe), Groups: list(b.Groups, docGroup), Seen: docSeen(b.Seen),
	}
	if raw == nil {
		return d
	}
	for _, lb := range raw.Balancers.Value {
		if lb.Name == b.Name {
			d.DNSName, d.State = lb.DNSName, lb.State
		}
	}
	return d
}

func docGroup(g TargetGroup) DocGroup {
	return DocGroup{Name: g.Name, Level: g.Level.String(), Targets: list(g.Targets, docTarget), Seen: docSeen(g.Seen)}
}

func docTarget(t aws.Target) DocTarget {
	return DocTarget{ID: t.ID, Port: t.Port, Zone: t.Zone, State: t.State, Reason: t.Reason, Text: t.Description}
}

func docService(s Service) DocService {
	there := s.Raw != nil
	d := DocService{
		Name: s.Name, ECS: s.ECS, Cluster: s.Cluster, Level: s.Level.String(), Word: s.Word, Absent: s.Absent,
		Desired: given(there, s.Desired), Running: given(there, s.Running), Pending: given(there, s.Pending),
		Full: s.Full, Standby: s.Standby, Writes: s.Writes, Min: figure(s.Min), Max: figure(s.Max),
		Rollout: s.Rollout, Stopped: list(s.Stopped, docStopped), Image: docRunning(s.Image), Seen: docSeen(s.Seen),
	}
	if there {
		d.TaskDefinition = s.Raw.TaskDefinition
	}
	if !s.LastEvent.At.IsZero() {
		d.LastEvent = &DocEvent{At: s.LastEvent.At.UTC(), Text: s.LastEvent.Message}
	}
	return d
}

func docStopped(t aws.StoppedTask) DocStopped {
	return DocStopped{ID: t.ID, At: t.At.UTC(), Reason: t.Reason, ExitCode: t.ExitCode}
}

func docRunning(i Image) DocRunning {
	return DocRunning{
		Short: i.Short, Tag: i.Tag, Digest: i.Digest, Parity: string(i.Parity),
		Behind: seconds(i.Behind > 0, i.Behind), Level: i.Level.String(), Why: i.Why,
	}
}

func docDatabase(db Database, sql map[string]aws.Part[pg.Reading]) DocDatabase {
	d := DocDatabase{
		ID: db.ID, Level: db.Level.String(), Word: db.Word, Absent: db.Absent, Role: db.Role, Status: db.Status, Source: db.Source,
		Connections: figure(db.Connections), FreeStorage: figure(db.FreeStorage),
		Restorable: when(db.Restorable), Seen: docSeen(db.Seen),
	}
	if raw := db.Raw; raw != nil {
		d.Engine, d.EngineVersion, d.Class = raw.Engine, raw.Version, raw.Class
		d.MultiAZ, d.Encrypted, d.Protected = &raw.MultiAZ, &raw.Encrypted, &raw.DeletionProtection
		d.StorageGiB, d.MaxStorageGiB, d.RetentionDays = &raw.StorageGiB, &raw.MaxStorageGiB, &raw.RetentionDays
	}
	if part, ok := sql[db.ID]; ok {
		d.ConnectionRead = docSQL(part)
	}
	return d
}

func docSQL(p aws.Part[pg.Reading]) *DocSQL {
	r, known := p.Value, p.Known()
	return &DocSQL{
		InRecovery: given(known, r.InRecovery), Version: r.Version,
		CurrentLSN: given(r.CurrentLSN != 0, r.CurrentLSN.String()),
		ReceiveLSN: given(r.ReceiveLSN != 0, r.ReceiveLSN.String()),
		ReplayLSN:  given(r.ReplayLSN != 0, r.ReplayLSN.String()),
		Timeline:   given(r.Timeline != 0, r.Timeline),
		Others:     given(known && r.ConnectionsErr == nil, r.Others()),
		Seen:       DocSeen{At: when(p.Seen), Old: known && p.Err != nil, Why: whyOf(p.Err), Remedy: remedyOf(p.Err)},
	}
}

func docSession(s Session) DocSession {
	return DocSession{
		Name: s.Name, ARN: s.ARN, Account: s.Account, Source: s.Source, Expires: when(s.Expires),
		Level: s.Level.String(), Seen: docSeen(s.Seen),
	}
}

func docCertificate(c aws.Certificate) DocCertificate {
	return DocCertificate{ARN: c.ARN, Domain: c.Domain, Status: c.Status, Expires: when(c.NotAfter)}
}

func docImage(i aws.Image) DocImage {
	return DocImage{
		Repository: i.Repository, Digest: i.Digest, Tags: list(i.Tags, func(s string) string { return s }),
		PushedAt: when(i.PushedAt), Bytes: i.Bytes,
	}
}

func docSnapshot(s aws.DBSnapshot) DocSnapshot {
	return DocSnapshot{
		ID: s.ID, Database: s.Database, Status: s.Status, Type: s.Type,
		Created: when(s.Created), Original: when(s.Original), SourceRegion: s.SourceRegion,
	}
}

func docBackup(b aws.Backup) DocBackup {
	return DocBackup{
		Database: b.Database, SourceRegion: b.SourceRegion, Status: b.Status,
		Earliest: when(b.Earliest), Latest: when(b.Latest), RetentionDays: b.RetentionDays,
	}
}
