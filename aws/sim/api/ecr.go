package api

import (
	"slices"

	"lifeboat/aws/sim/cloud"
	"lifeboat/aws/sim/wire"
)

var ecrOperations = map[string]operation{
	"DescribeRepositories": describeRepositories,
	"DescribeImages":       describeImages,
	"ListImages":           listImages,
	"BatchGetImage":        batchGetImage,
	"DescribeRegistry":     describeRegistry,
	"PutImage":             putImage,
}

var ecrPages = paging{"nextToken", "maxResults", 1000}

func describeRepositories(c *call) (wire.Struct, error) {
	found, err := chosen(c.region.Repositories, c.in.Strings("repositoryNames"), "RepositoryNotFoundException",
		"The repository does not exist in the registry with id '"+c.Account+"'", func(r *cloud.Repository, name string) bool { return r.Name == name })
	if err != nil {
		return nil, err
	}
	page, next, err := cut(c.in, paging{"nextToken", "maxResults", 100}, found)
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"repositories", wire.Each("member", page, func(r *cloud.Repository) wire.Struct { return repositoryOf(c, r) })}, {"nextToken", next},
	}, nil
}

func repositoryOf(c *call, r *cloud.Repository) wire.Struct {
	mutability := "MUTABLE"
	if r.Immutable {
		mutability = "IMMUTABLE"
	}
	return wire.Struct{
		{"repositoryArn", r.ARN}, {"registryId", c.Account}, {"repositoryName", r.Name}, {"repositoryUri", r.URI}, {"createdAt", r.Created},
		{"imageTagMutability", mutability}, {"imageScanningConfiguration", wire.Struct{{"scanOnPush", r.ScanOnPush}}},
		{"encryptionConfiguration", wire.Struct{{"encryptionType", "AES256"}}},
	}
}

func (c *call) repository() (*cloud.Repository, error) {
	name := c.in.String("repositoryName")
	if r := c.region.Repository(name); r != nil {
		return r, nil
	}
	return nil, wire.Refuse("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", name, c.Account)
}

// named are the images with the digests and tags that a request lists, and what it lists in vain; all of them when it
// lists nothing.
func (c *call) named(repo *cloud.Repository) (found []*cloud.Image, missing []wire.In) {
	ids := c.in.List("imageIds")
	if len(ids) == 0 {
		return repo.Images, nil
	}
	for _, id := range ids {
		digest, tag := id.String("imageDigest"), id.String("imageTag")
		i := slices.IndexFunc(repo.Images, func(img *cloud.Image) bool {
			return (digest == "" || img.Digest == digest) && (tag == "" || slices.Contains(img.Tags, tag))
		})
		if i < 0 {
			missing = append(missing, id)
		} else if !slices.Contains(found, repo.Images[i]) {
			found = append(found, repo.Images[i])
		}
	}
	return found, missing
}

// ofTagStatus keeps the images that a request's filter wants.
func ofTagStatus(in wire.In, images []*cloud.Image) []*cloud.Image {
	switch in.In("filter").String("tagStatus") {
	case "TAGGED":
		return keep(images, func(img *cloud.Image) bool { return len(img.Tags) > 0 })
	case "UNTAGGED":
		return keep(images, func(img *cloud.Image) bool { return len(img.Tags) == 0 })
	}
	return images
}

func describeImages(c *call) (wire.Struct, error) {
	repo, err := c.repository()
	if err != nil {
		return nil, err
	}
	found, missing := c.named(repo)
	if len(missing) > 0 {
		return nil, wire.Refuse("ImageNotFoundException", "The image with imageId %v does not exist within the repository with name '%s'", missing[0], repo.Name)
	}
	page, next, err := cut(c.in, ecrPages, ofTagStatus(c.in, found))
	if err != nil {
		return nil, err
	}
	return wire.Struct{
		{"imageDetails", wire.Each("member", page, func(img *cloud.Image) wire.Struct {
			return wire.Struct{
				{"registryId", c.Account}, {"repositoryName", repo.Name}, {"imageDigest", img.Digest}, {"imageTags", wire.Members(img.Tags)},
				{"imageSizeInBytes", img.Size}, {"imagePushedAt", img.Pushed}, {"imageManifestMediaType", cloud.ManifestType},
			}
		})},
		{"nextToken", next},
	}, nil
}

// imageID is one name of an image: its digest, and a tag where it has one.
func imageID(digest, tag string) wire.Struct {
	return wire.Struct{{"imageDigest", digest}, {"imageTag", wire.When(tag)}}
}

func listImages(c *call) (wire.Struct, error) {
	repo, err := c.repository()
	if err != nil {
		return nil, err
	}
	var ids []wire.Struct
	for _, img := range ofTagStatus(c.in, repo.Images) {
		for _, tag := range img.Tags {
			ids = append(ids, imageID(img.Digest, tag))
		}
		if len(img.Tags) == 0 {
			ids = append(ids, imageID(img.Digest, ""))
		}
	}
	page, next, err := cut(c.in, ecrPages, ids)
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"imageIds", wire.Members(page)}, {"nextToken", next}}, nil
}

func batchGetImage(c *call) (wire.Struct, error) {
	repo, err := c.repository()
	if err != nil {
		return nil, err
	}
	if n := len(c.in.List("imageIds")); n == 0 || n > 100 {
		return nil, wire.Refuse("InvalidParameterException", "imageIds must have 1 to 100 elements, not %d", n)
	}
	found, missing := c.named(repo)
	return wire.Struct{
		{"images", wire.Each("member", found, func(img *cloud.Image) wire.Struct {
			tag := ""
			if len(img.Tags) > 0 {
				tag = img.Tags[0]
			}
			return wire.Struct{
				{"registryId", c.Account}, {"repositoryName", repo.Name}, {"imageId", imageID(img.Digest, tag)},
				{"imageManifest", img.Manifest}, {"imageManifestMediaType", cloud.ManifestType},
			}
		})},
		{"failures", wire.Each("member", missing, func(id wire.In) wire.Struct {
			return wire.Struct{
				{"imageId", wire.Struct{{"imageDigest", wire.When(id.String("imageDigest"))}, {"imageTag", wire.When(id.String("imageTag"))}}},
				{"failureCode", "ImageNotFound"}, {"failureReason", "Requested image not found"},
			}
		})},
	}, nil
}

// putImage is the end of a push.
func putImage(c *call) (wire.Struct, error) {
	repo, err := c.repository()
	if err != nil {
		return nil, err
	}
	img, err := c.PutImage(c.region, repo, c.in.String("imageManifest"), c.in.String("imageTag"))
	if err != nil {
		return nil, err
	}
	return wire.Struct{{"image", wire.Struct{
		{"registryId", c.Account}, {"repositoryName", repo.Name}, {"imageId", imageID(img.Digest, c.in.String("imageTag"))},
		{"imageManifest", img.Manifest}, {"imageManifestMediaType", cloud.ManifestType},
	}}}, nil
}

// describeRegistry says where the registry replicates to.
func describeRegistry(c *call) (wire.Struct, error) {
	var rules []wire.Struct
	if c.Replicates(c.region) {
		rules = append(rules, wire.Struct{
			{"destinations", wire.Members([]wire.Struct{{{"region", c.Regions[1].Name}, {"registryId", c.Account}}})},
		})
	}
	return wire.Struct{
		{"registryId", c.Account}, {"replicationConfiguration", wire.Struct{{"rules", wire.Members(rules)}}},
	}, nil
}
