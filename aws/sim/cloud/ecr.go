package cloud

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
)

// ManifestType is the media type of every image's manifest.
const ManifestType = "application/vnd.docker.distribution.manifest.v2+json"

const replicationTime = 2 * time.Minute // of a pushed image to the other region

// Registry is the host name of the region's image registry.
func (r *Region) Registry() string { return r.account + ".dkr.ecr." + r.Name + ".amazonaws.com" }

// Repository finds a repository of the region by name; nil if there is none.
func (r *Region) Repository(name string) *Repository {
	for _, repo := range r.Repositories {
		if repo.Name == name {
			return repo
		}
	}
	return nil
}

// Tagged finds the image that has a tag; nil if none has it.
func (repo *Repository) Tagged(tag string) *Image {
	for _, img := range repo.Images {
		if slices.Contains(img.Tags, tag) {
			return img
		}
	}
	return nil
}

// Image finds an image by digest; nil if there is none.
func (repo *Repository) Image(digest string) *Image {
	for _, img := range repo.Images {
		if img.Digest == digest {
			return img
		}
	}
	return nil
}

// Push adds an image to a region's repository. Where the region's registry replicates, the other one has it a little later.
func (w *World) Push(r *Region, repo *Repository, tag string) *Image {
	img := w.newImage(repo, tag)
	w.replicate(r, repo, img)
	return img
}

// replicate copies an image to the other region in time, if the registry has a rule and the other one the repository.
func (w *World) replicate(r *Region, repo *Repository, img *Image) {
	if !w.Replicates(r) {
		return
	}
	w.After(replicationTime, func() {
		to := w.other(r).Repository(repo.Name)
		if to == nil || to.Image(img.Digest) != nil {
			return
		}
		copied := *img
		copied.Pushed = w.now
		to.add(&copied)
	})
}

// Replicates says whether a region's registry copies what is pushed to the other region: the primary's, unless it has no
// rule for it.
func (w *World) Replicates(r *Region) bool {
	return r == w.Regions[0] && !slices.Contains(w.unreplicated, r.Name)
}

// PutImage stores an image under its manifest and tag, as a push does. The same image again changes nothing, but is
// replicated where it was not yet.
func (w *World) PutImage(r *Region, repo *Repository, manifest, tag string) (*Image, error) {
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))
	if other := repo.Tagged(tag); tag != "" && other != nil && other.Digest != digest && repo.Immutable {
		return nil, refuse("ImageTagAlreadyExistsException", "The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the repository is immutable.", tag, repo.Name)
	}
	img := repo.Image(digest)
	if img == nil {
		img = &Image{Digest: digest, Pushed: w.now, Size: 60_000_000 + int64(hash(manifest)%90_000_000), Manifest: manifest}
		repo.add(img)
	}
	if tag != "" && !slices.Contains(img.Tags, tag) {
		for _, other := range repo.Images {
			other.Tags = slices.DeleteFunc(slices.Clone(other.Tags), func(t string) bool { return t == tag })
		}
		img.Tags = append(slices.Clone(img.Tags), tag)
	}
	w.replicate(r, repo, img)
	return img, nil
}

// manifestOf is the manifest of an image that is known by its name and tag only: the same wherever it is pushed.
func manifestOf(name, tag string) string {
	layer := func(what string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(what+name+":"+tag))) }
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":"%[1]s","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":7023,"digest":"sha256:%[2]s"},`+
		`"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":%[3]d,"digest":"sha256:%[4]s"}]}`,
		ManifestType, layer("config "), 60_000_000+hash(name+tag)%90_000_000, layer("layer "))
}

func (w *World) newImage(repo *Repository, tag string) *Image {
	img := w.build(tag)
	repo.add(img)
	return img
}

// build makes an image of one layer that is nobody else's.
func (w *World) build(tag string) *Image {
	size := 60_000_000 + w.rand.Int64N(90_000_000)
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"%[1]s","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":7023,"digest":"sha256:%[2]s"},`+
		`"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":%[3]d,"digest":"sha256:%[4]s"}]}`,
		ManifestType, w.hex(64), size, w.hex(64))
	return &Image{
		Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest))), Tags: []string{tag}, Pushed: w.now, Size: size, Manifest: manifest,
	}
}

func (repo *Repository) add(img *Image) { repo.Images = append(repo.Images, img) }

// drop takes an image out of the repository, and gives it back when undone.
func (repo *Repository) drop(img *Image) (undo func()) {
	repo.Images = slices.DeleteFunc(repo.Images, func(o *Image) bool { return o == img })
	return func() { repo.add(img) }
}
