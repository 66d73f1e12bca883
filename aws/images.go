package aws

import (
	"context"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"lifeboat/aws/fault"
)

const imagesAPage = 1000 // AWS's bound

// images reads every image of the estate's repositories, the newest of each first. All are kept, because an image that
// runs in the other region may be of any age: up to mostPages pages a repository, beyond which reading it is an error
// and never a shorter list. A repository that does not exist has no images.
func (l *look) images(ctx context.Context) ([]Image, error) {
	names, err := l.repositoryNames(ctx)
	if err != nil {
		return nil, err
	}
	return gather(len(names), func(i int) ([]Image, error) { return l.repository(ctx, names[i]) })
}

func (l *look) repository(ctx context.Context, name string) ([]Image, error) {
	list, err := pages(ctx, l, "ecr:DescribeImages", name, ecr.NewDescribeImagesPaginator(
		l.api.ecr, &ecr.DescribeImagesInput{RepositoryName: &name, MaxResults: awssdk.Int32(imagesAPage)}))
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var images []Image
	for _, page := range list {
		for _, d := range page.ImageDetails {
			images = append(images, imageInRepository(name, d))
		}
	}
	slices.SortStableFunc(images, func(a, b Image) int { return b.PushedAt.Compare(a.PushedAt) })
	return images, nil
}

func imageInRepository(name string, d types.ImageDetail) Image {
	return Image{
		Repository: name, Digest: awssdk.ToString(d.ImageDigest), Tags: d.ImageTags,
		PushedAt: awssdk.ToTime(d.ImagePushedAt), Bytes: awssdk.ToInt64(d.ImageSizeInBytes),
	}
}
