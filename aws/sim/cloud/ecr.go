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

// Push adds an image to a region's repository. From the primary region it is replicated to the other one a little later.
func (w *World) Push(r *Region, repo *Repository, tag string) *Image {
	img := w.newImage(repo, tag)
	if r == w.Regions[0] {
		if copyTo := w.other(r).Repository(repo.Name); copyTo != nil {
			w.After(replicationTime, func() {
				copied := *img
				copied.Pushed = w.now
				copyTo.add(&copied)
			})
		}
	}
	return img
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
