package dr

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"lifeboat/aws"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// stackServices are the services that the stack makes where its input services does not say otherwise, with their repositories; as its
// variable's default has them.
var stackServices = map[string]string{"frontend": "frontend", "backend": "backend"}

// imagesOf are the repositories of the services' images, by service: the stack's, and what observability adds.
func imagesOf(c *config.Config) map[string]string {
	out := maps.Clone(stackServices)
	if given, ok := c.Terraform.Inputs["services"].(map[string]any); ok {
		out = map[string]string{}
		for name, s := range given {
			fields, _ := s.(map[string]any)
			out[name], _ = fields["repository"].(string)
		}
	}
	if o, ok := c.Terraform.Inputs["observability"].(map[string]any); ok {
		for _, name := range []string{"prometheus", "grafana"} {
			out[name] = name
			if own, _ := o[name+"_repository"].(string); own != "" {
				out[name] = own
			}
		}
	}
	return out
}

// pinImages decides which image each service runs, where a region's registry has one, and gives the repositories that have none. What
// was decided once stays for the run. The image that the other region runs goes before the newest.
func (b *builder) pinImages(ctx context.Context, t *runbook.Task, r *config.Region) (missing []string, err error) {
	there, err := b.changer(r)
	if err != nil {
		return nil, err
	}
	wanted := imagesOf(b.c)
	given, _ := b.c.Terraform.Inputs["digests"].(map[string]any)
	var mu sync.Mutex
	err = each(ctx, slices.Sorted(maps.Keys(wanted)), func(ctx context.Context, service string) error {
		pin := pinDigest + service
		if have := t.Pin(pin); have != "" {
			b.keepDigest(service, have)
			return nil
		}
		digest, _ := given[service].(string)
		if digest == "" {
			images, err := there.Images(ctx, wanted[service])
			if err != nil {
				return err
			}
			if digest = b.choose(service, r, images); digest == "" {
				mu.Lock()
				defer mu.Unlock()
				missing = append(missing, wanted[service])
				return nil
			}
		}
		digest, err := t.Decide(ctx, pin, digest)
		b.keepDigest(service, digest)
		return err
	})
	slices.Sort(missing)
	return slices.Compact(missing), err
}

func (b *builder) keepDigest(service, digest string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.digests[service] = digest
}

// choose is the image of a registry that a service is to run: the one that runs in the other region, once it is here; the newest where
// nothing runs there; "" where there is none.
func (b *builder) choose(service string, here *config.Region, images []aws.Image) string {
	if len(images) == 0 {
		return ""
	}
	other := b.watch.Estate().side(otherRegion(b.c, here.Name))
	for _, s := range other.Services {
		if s.Name != service || s.Image.Digest == "" || s.Running == 0 {
			continue
		}
		if slices.ContainsFunc(images, func(i aws.Image) bool { return i.Digest == s.Image.Digest }) {
			return s.Image.Digest
		}
		return ""
	}
	return images[0].Digest
}

// imagesStep waits until every image is in a region's registry: services cannot start before.
func (b *builder) imagesStep(id string, r *config.Region, after ...string) runbook.Step {
	return runbook.Step{
		ID: id, Title: "images in " + r.Name, Why: "services start from images by digest, and a registry that lacks one stops the apply half-way", After: after,
		Calls: []runbook.Call{call("ecr:DescribeImages", runbook.Control, r.Name)}, Timeout: imagesPatience,
		Paper: func(runbook.Pins) []string { return b.pushCommands(r, slices.Sorted(maps.Values(imagesOf(b.c)))) },
		Await: func(ctx context.Context, t *runbook.Task) (runbook.Seen, error) {
			if t.DryRun {
				return b.imagesThere(ctx, r)
			}
			missing, err := b.pinImages(ctx, t, r)
			if err != nil {
				return runbook.Seen{}, err
			}
			if len(missing) > 0 {
				return runbook.Seen{Text: "no image yet in " + among(missing) + "; push it: " + strings.Join(b.pushCommands(r, missing), "; ")}, nil
			}
			return runbook.Seen{So: true, Text: fmt.Sprintf("%s, by digest", several(len(imagesOf(b.c)), "image"))}, nil
		},
	}
}

// imagesThere looks without deciding anything: a dry run has no say.
func (b *builder) imagesThere(ctx context.Context, r *config.Region) (runbook.Seen, error) {
	there, err := b.changer(r)
	if err != nil {
		return runbook.Seen{}, err
	}
	var missing []string
	for service, repository := range imagesOf(b.c) {
		images, err := there.Images(ctx, repository)
		if err != nil {
			return runbook.Seen{}, err
		}
		if digest := b.choose(service, r, images); digest == "" {
			missing = append(missing, repository)
		} else {
			b.keepDigest(service, digest)
		}
	}
	slices.Sort(missing)
	return allSo(slices.Compact(missing), "every image is there", "no image yet in "), nil
}

// pushCommands are what a person types to bring images to a region's registry.
func (b *builder) pushCommands(r *config.Region, missing []string) []string {
	account := "ACCOUNT"
	if id := b.watch.Estate().side(r.Name).Session.Account; id != "" {
		account = id
	}
	registry := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", account, r.Name)
	out := []string{fmt.Sprintf("aws ecr get-login-password --region %s | docker login --username AWS --password-stdin %s", r.Name, registry)}
	for _, repository := range slices.Compact(missing) {
		if r == &b.c.Regions.Standby { // by digest, so that both regions run the same
			from := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", account, b.c.Regions.Primary.Name, repository)
			out = append(out, fmt.Sprintf("docker buildx imagetools create --tag %s/%s:TAG %s:TAG", registry, repository, from))
			continue
		}
		out = append(out, fmt.Sprintf("docker tag %s:TAG %s/%s:TAG && docker push %s/%s:TAG", repository, registry, repository, registry, repository))
	}
	return out
}
