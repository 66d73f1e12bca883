package dr

import (
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

func TestImagesAreComparedByDigest(t *testing.T) {
	west := func(digest string) func(*scene) {
		return func(s *scene) {
			s.services(1, func(all []aws.Service) { all[1] = service("dr", "backend", 1, digest, noon) })
		}
	}
	for name, c := range map[string]struct {
		change func(*scene)
		parity Parity
		level  Level
		behind time.Duration
	}{
		"the same":     {func(*scene) {}, ParitySame, Good, 0},
		"an older one": {west("88e0c4aa"), ParityBehind, Warn, 9 * time.Minute},
		"a newer one": {func(s *scene) {
			s.services(0, func(all []aws.Service) { all[1] = service("dev", "backend", 2, "88e0c4aa", noon) })
		}, ParityOther, Warn, 0},
		"one that no registry knows": {west("ffffffff"), ParityOther, Warn, 0},
		"the serving one is not in the registry here": {func(s *scene) {
			s.west.Images = part([]aws.Image{{Repository: "backend", Digest: "sha256:88e0c4aa"}}, noon)
		}, ParityMissing, Bad, 0},
		"the serving one was deployed after the registry here was read": {func(s *scene) {
			s.services(0, func(all []aws.Service) {
				all[1] = service("dev", "backend", 2, "ffffffff", noon)
				all[1].DeployedAt = noon.Add(time.Second)
			})
		}, ParityOther, Unknown, 0},
		"nothing of the serving one runs, and its tag is not in the registry here": {func(s *scene) {
			s.services(0, func(all []aws.Service) {
				all[1] = service("dev", "backend", 2, "ffffffff", noon)
				all[1].Images[0].Digest = ""
			})
		}, ParityMissing, Bad, 0},
		"the registry here could not be read": {func(s *scene) { s.west.Images = failed(aws.Part[[]aws.Image]{}, fault.Denied, noon) }, ParitySame, Unknown, 0},
		"the same tag in both registries, another digest": {func(s *scene) {
			s.services(1, func(all []aws.Service) { all[1].Images[0].Digest = "sha256:88e0c4aa" })
		}, ParityBehind, Warn, 9 * time.Minute},
		"nothing runs, and the tag leads to the digest": {func(s *scene) {
			s.services(1, func(all []aws.Service) { all[1].Images[0].Digest = "" })
		}, ParitySame, Good, 0},
		"the other region's was not seen": {func(s *scene) { s.services(0, func(all []aws.Service) { all[1].Images = nil }) }, ParityUnknown, Unknown, 0},
		"its own could not be read this time": {func(s *scene) {
			s.services(1, func(all []aws.Service) { all[1].TasksErr = fault.New(fault.Throttled, "ecs:DescribeTasks", "", nil) })
		}, ParitySame, Unknown, 0},
		"its own was not seen": {func(s *scene) { s.services(1, func(all []aws.Service) { all[1].Images = nil }) }, ParityUnknown, Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := well()
			s.services(1, func(all []aws.Service) { all[1].Images = append([]aws.ContainerImage{}, all[1].Images...) })
			c.change(s)
			v := s.join().Regions[1].Services[1].Image
			if v.Parity != c.parity || v.Level != c.level || v.Behind != c.behind {
				t.Errorf("%q, %s, behind %s (%s); want %q, %s, %s", v.Parity, v.Level, v.Behind, v.Why, c.parity, c.level, c.behind)
			}
		})
	}
}

func TestTheServingRegionsImageIsTheMeasure(t *testing.T) {
	if v := well().join().Regions[0].Services[1].Image; v.Parity != ParityIs || v.Short != "91ab07" {
		t.Errorf("%q %q, want is 91ab07", v.Parity, v.Short)
	}
}

func TestATagAloneIsNeverCalledWell(t *testing.T) {
	s := well()
	if v := s.join().Regions[1].Services[2].Image; v.Parity != ParitySame || v.Level != Idle || v.Why == "" {
		t.Errorf("the same tag without digests: %q, %s, %q; want same, idle, and why", v.Parity, v.Level, v.Why)
	}
	s.services(1, func(all []aws.Service) { all[2].Images = []aws.ContainerImage{{Reference: "grafana/grafana:9.1.0"}} })
	if v := s.join().Regions[1].Services[2].Image; v.Parity != ParityOther || v.Level != Warn {
		t.Errorf("another tag: %q, %s; want other, warn", v.Parity, v.Level)
	}
}

func TestTheShortImageIsTheVersionOrTheDigest(t *testing.T) {
	for reference, want := range map[string]string{
		"grafana/grafana:10.4.2": "10.4.2", "prom/prometheus:v2.45.0": "v2.45.0",
		"app:v1.2-rc.1": "v1.2-rc.1", "app:1": "abcdef", "app:v.2": "abcdef", "app:a1.2": "abcdef", "app:3.x": "abcdef",
		"1.dkr.ecr.us-east-1.amazonaws.com/backend:latest": "abcdef", "localhost:5000/backend": "abcdef", "backend@sha256:x": "abcdef",
	} {
		r := runs{known: true, ref: reference, tag: tagOf(reference), digest: "sha256:abcdef123456"}
		if got := shortImage(r); got != want {
			t.Errorf("%s: %q, want %q", reference, got, want)
		}
	}
}

func TestTheNamedContainersImageIsTheOneThatCounts(t *testing.T) {
	s := well()
	s.in.Config.Services[1].Container = "backend"
	s.services(0, func(all []aws.Service) {
		all[1].Images = append([]aws.ContainerImage{{Container: "envoy", Reference: "envoy:1", Digest: "sha256:envoyenvoy"}}, all[1].Images...)
	})
	if v := s.join().Regions[0].Services[1].Image; v.Short != "91ab07" {
		t.Errorf("%q, want the backend container's", v.Short)
	}
}
