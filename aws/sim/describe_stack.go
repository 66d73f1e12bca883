package sim

import "lifeboat/aws/sim/cloud"

// StackDescription is what a person would tell Lifeboat's stack about an estate that is not whole yet. What the account, the
// zone and the defaults say is left out: the wizard fills it in.
type StackDescription struct {
	Bucket  string            // of its states and its roles file; "": there is none yet
	Primary string            // ours: the stack makes it; theirs: it is there
	Adopt   map[string]string // what the stack takes over
	Owner   string            // where the owner's own state is: s3://bucket/key
	Inputs  map[string]any    // its variables by name
}

// describeStack is nil for an estate that is whole.
func describeStack(w *cloud.World, holds cloud.Holding) *StackDescription {
	grafana := "grafana." + w.Zones[0].Name
	stack := &StackDescription{Primary: "ours", Inputs: map[string]any{
		"domains": []any{w.Zones[0].Name, grafana}, "aliases": []any{w.Zones[0].Name}, "observability": map[string]any{"grafana_host": grafana},
	}}
	switch holds {
	case cloud.Everything:
		return nil
	case cloud.Nothing:
		return stack
	case cloud.ColdStandby, cloud.PilotLight:
		stack.Bucket = w.Regions[1].Buckets[0].Name
		return stack
	}
	home, named := w.Regions[0], w.Estate+"/"
	stack.Owner = "s3://" + home.Buckets[0].Name + "/" + cloud.OwnerState
	stack.Primary, stack.Adopt = "theirs", map[string]string{"distribution": w.Distributions[0].ID}
	stack.Inputs["observability"] = map[string]any{
		"grafana_host": grafana, "grafana_repository": named + "grafana", "prometheus_repository": named + "prometheus",
	}
	stack.Inputs["primary_vpc_id"], stack.Inputs["primary_cidrs"] = home.Balancers[0].VPC, []any{"10.0.0.0/16"}
	stack.Inputs["services"] = map[string]any{
		"frontend": map[string]any{"repository": named + "frontend", "port": 3000, "health_path": "/"},
		"backend":  map[string]any{"repository": named + "backend", "port": 3001, "health_path": "/api/health", "priority": 100, "paths": []any{"/api/*"}, "database": true},
	}
	return stack
}

// describeWished are the services of an estate that is not whole: those that the stack makes.
func describeWished(prefix string) (list []ServiceDescription) {
	for _, p := range cloud.Parts() {
		list = append(list, ServiceDescription{
			Name: p.Name, Full: p.Full, Standby: p.Standby, Writes: p.Database, Repository: prefix + p.Name, Container: p.Name,
		})
	}
	return list
}
