package dr

import (
	"fmt"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// large is a well estate of n services a region.
func large(n int) *scene {
	s := well()
	s.in.Config.Services = s.in.Config.Services[:0]
	for i := range s.in.Regions {
		env := []string{"dev", "dr"}[i]
		r := []*config.Region{&s.in.Config.Regions.Primary, &s.in.Config.Regions.Standby}[i]
		r.Clusters[0].Services = map[string]string{}
		snap := s.in.Regions[i].Snapshot
		var services []aws.Service
		var images []aws.Image
		for k := range n {
			name := fmt.Sprintf("svc-%03d", k)
			digest := fmt.Sprintf("%064x", k)
			r.Clusters[0].Services[name] = env + "-" + name
			v := service(env, name, 2-i, digest, noon)
			for e := range 10 {
				v.Events = append(v.Events, aws.Event{At: noon.Add(-time.Duration(e+1) * time.Hour), Message: "(service " + v.Name + ") has reached a steady state."})
			}
			services = append(services, v)
			for old := range 10 {
				images = append(images, aws.Image{Repository: name, Digest: fmt.Sprintf("sha256:%064x", k+old*1000), PushedAt: noon})
			}
			if i == 0 {
				s.in.Config.Services = append(s.in.Config.Services, config.Service{Name: name, Full: 2, Standby: 1, Repository: name})
			}
		}
		snap.Services, snap.Images = part(services, noon), part(images, noon)
		s.in.Regions[i].images = indexImages(images)
		lb := snap.Balancers.Value[0]
		for k := range min(n, 100) {
			name := fmt.Sprintf("%s-svc-%03d", env, k)
			lb.TargetGroups = append(lb.TargetGroups, name)
			snap.Targets[name] = part(targets("healthy", "healthy"), noon)
		}
		snap.Balancers = part([]aws.Balancer{lb}, noon)
	}
	return s
}

// BenchmarkJoin is one join of an estate of which every part was read anew, with the estate before it to compare with.
func BenchmarkJoin(b *testing.B) {
	for _, n := range []int{6, 100, 500} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			s := large(n)
			prev := s.join()
			for i := range s.in.Regions {
				snap := *s.in.Regions[i].Snapshot
				snap.Services = part(append([]aws.Service{}, snap.Services.Value...), noon)
				s.in.Regions[i].Snapshot = &snap
			}
			if e := Join(s.in, prev, s.now); e.Regions[1].Services[n-1].Image.Parity != ParitySame {
				b.Fatalf("%+v", e.Regions[1].Services[n-1])
			}
			b.ReportAllocs()
			for b.Loop() {
				Join(s.in, prev, s.now)
			}
		})
	}
}

// BenchmarkDocument is what `lifeboat status --json` adds to it.
func BenchmarkDocument(b *testing.B) {
	e := large(500).join()
	b.ReportAllocs()
	for b.Loop() {
		Document(e)
	}
}
