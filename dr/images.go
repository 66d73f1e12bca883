package dr

import (
	"cmp"
	"strings"
	"time"

	"lifeboat/aws"
	"lifeboat/dr/config"
)

// imageIndex finds the images of a region's registry. It is made once for each slow reading.
type imageIndex struct {
	byDigest map[imageKey]*aws.Image
	byTag    map[imageKey]*aws.Image
}

type imageKey struct{ repository, name string }

func indexImages(images []aws.Image) *imageIndex {
	x := &imageIndex{
		byDigest: make(map[imageKey]*aws.Image, len(images)),
		byTag:    make(map[imageKey]*aws.Image, len(images)),
	}
	for i := range images {
		v := &images[i]
		x.byDigest[imageKey{v.Repository, v.Digest}] = v
		for _, tag := range v.Tags {
			x.byTag[imageKey{v.Repository, tag}] = v
		}
	}
	return x
}

// runs is the image that a service runs in a region, as far as it is known.
type runs struct {
	known  bool
	ref    string // as the task definition says
	tag    string
	digest string // as ECS says, else as the registry says of the tag
	why    string // why that was not read, or is old; "" where it is of now

	deployed time.Time
}

// running is the image of a service's container: the named one, else the first.
func running(svc *aws.Service, c config.Service, x *imageIndex) runs {
	if svc == nil || len(svc.Images) == 0 {
		return runs{why: tasksWhy(svc)}
	}
	image := svc.Images[0]
	for _, i := range svc.Images {
		if i.Container == c.Container && c.Container != "" {
			image = i
		}
	}
	r := runs{known: true, why: tasksWhy(svc), ref: image.Reference, tag: tagOf(image.Reference), digest: image.Digest, deployed: svc.DeployedAt}
	if _, pinned, ok := strings.Cut(image.Reference, "@"); ok && r.digest == "" {
		r.digest = pinned
	}
	if r.digest == "" && c.Repository != "" {
		if v := x.byTag[imageKey{c.Repository, r.tag}]; v != nil {
			r.digest = v.Digest
		}
	}
	return r
}

// tasksWhy is why a service's tasks, and with them its image, were not read.
func tasksWhy(svc *aws.Service) string {
	if svc == nil || svc.TasksErr == nil {
		return ""
	}
	return "its tasks were not read: " + whyOf(svc.TasksErr)
}

// tagOf is a reference's tag, "latest" where it says none, "" for one by digest.
func tagOf(reference string) string {
	name, _, pinned := strings.Cut(reference, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		return name[i+1:]
	}
	if pinned || name == "" {
		return ""
	}
	return "latest"
}

// versionLike says whether a tag begins like a version: "10.4", "v2.45.0-rc1".
func versionLike(tag string) bool {
	major, rest, dotted := strings.Cut(strings.TrimPrefix(tag, "v"), ".")
	if !dotted || major == "" || rest == "" || rest[0] < '0' || rest[0] > '9' {
		return false
	}
	return strings.Trim(major, "0123456789") == ""
}

// image is what a service runs here, beside what the serving region runs.
func (j *join) image(here int, c config.Service, mine, theirs runs) Image {
	v := Image{Tag: plain(mine.tag), Digest: plain(mine.digest), Short: shortImage(mine)}
	switch {
	case !mine.known:
		v.Why = cmp.Or(mine.why, "its image was not seen")
		return v
	case j.sides[here].busy:
		v.Parity, v.Level = ParityIs, Good
	default:
		j.compare(&v, here, c, mine, theirs)
	}
	if mine.why != "" {
		v.Level, v.Why = Unknown, mine.why
	}
	return v
}

// shortImage is the tag where it is a version, which says more than a digest; else the digest's beginning.
func shortImage(r runs) string {
	hex := strings.TrimPrefix(r.digest, "sha256:")
	switch {
	case versionLike(r.tag), len(hex) < 6:
		return plain(r.tag)
	}
	return plain(hex[:6])
}

// compare sets the parity of an image with the serving region's: by digest; by tag, and then not called well, where a
// digest is not known.
func (j *join) compare(v *Image, here int, c config.Service, mine, theirs runs) {
	switch {
	case !theirs.known:
		v.Why = cmp.Or(theirs.why, "the image in "+j.sides[1-here].cfg.Name+" was not seen")
	case mine.digest != "" && theirs.digest != "" && mine.digest != theirs.digest:
		j.differs(v, here, c, mine, theirs)
	case mine.digest != "" && theirs.digest != "":
		v.Parity, v.Level = ParitySame, Good
		j.missingImage(v, here, c, theirs)
	case mine.tag != "" && imageName(mine.ref) == imageName(theirs.ref) && mine.tag == theirs.tag:
		v.Parity, v.Level, v.Why = ParitySame, Idle, "the same tag; nothing runs here to compare digests"
		j.missingImage(v, here, c, theirs)
	case mine.tag != "" && theirs.tag != "" && mine.tag != theirs.tag:
		v.Parity, v.Level, v.Why = ParityOther, Warn, "the serving region runs "+plain(theirs.tag)
		j.missingImage(v, here, c, theirs)
	default:
		v.Why = "its digest is not known"
		j.missingImage(v, here, c, theirs)
	}
}

// absentImage is the image of a service that is not there yet: what matters is whether its region's registry holds the
// one that the other region runs.
func (j *join) absentImage(here int, c config.Service, theirs runs) Image {
	v := Image{Why: "nothing runs here"}
	j.missingImage(&v, here, c, theirs)
	return v
}

// imageName is a reference without registry, tag and digest: the registry's name holds the region.
func imageName(reference string) string {
	name, _, _ := strings.Cut(reference, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	if host, rest, ok := strings.Cut(name, "/"); ok && strings.Contains(host, ".dkr.ecr.") {
		return rest
	}
	return name
}

// missingImage: new tasks here could not start with the serving region's image if the registry here does not hold it. A
// registry that was read before that image was deployed says nothing of it yet.
func (j *join) missingImage(v *Image, here int, c config.Service, theirs runs) {
	images := j.sides[here].raw.Images
	switch {
	case c.Repository == "" || !theirs.known:
	case !images.Known():
		v.Level, v.Why = Unknown, unread("the registry here was not read", images.Err)
	case j.sides[here].index.holds(c.Repository, theirs):
	case theirs.deployed.After(images.Seen):
		j.e.outdated[here] = true
		v.Level, v.Why = Unknown, "the registry here was read at "+clock(images.Seen, j.now)+", before the serving region's image was deployed"
	default:
		v.Parity, v.Level, v.Behind = ParityMissing, Bad, 0
		v.Why = "the registry here does not hold the serving region's image"
	}
}

// holds says whether a registry holds an image: by its digest, or by its tag where that is all that is known.
func (x *imageIndex) holds(repository string, image runs) bool {
	if image.digest != "" {
		return x.byDigest[imageKey{repository, image.digest}] != nil
	}
	return x.byTag[imageKey{repository, image.tag}] != nil
}

// differs says which of two images is newer, by when they were pushed to one registry.
func (j *join) differs(v *Image, here int, c config.Service, mine, theirs runs) {
	v.Parity, v.Level, v.Why = ParityOther, Warn, "another image than in "+j.sides[1-here].cfg.Name
	for _, s := range []*side{&j.sides[1-here], &j.sides[here]} {
		a, b := s.index.byDigest[imageKey{c.Repository, mine.digest}], s.index.byDigest[imageKey{c.Repository, theirs.digest}]
		if a != nil && b != nil {
			v.Parity, v.Behind = order(a.PushedAt, b.PushedAt)
			break
		}
	}
	j.missingImage(v, here, c, theirs)
}

func order(mine, theirs time.Time) (Parity, time.Duration) {
	if behind := theirs.Sub(mine); behind > 0 {
		return ParityBehind, behind
	}
	return ParityOther, 0
}
