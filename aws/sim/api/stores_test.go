package api

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	tagtypes "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secrettypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

func TestImagesAreTheSameInBothRegions(t *testing.T) {
	s := newSim(t, 0)
	digests := map[string]map[string]string{}
	for _, region := range []string{east, west} {
		digests[region] = map[string]string{}
		client := ecr.NewFromConfig(s.config(region))
		for _, r := range must[*ecr.DescribeRepositoriesOutput](t)(client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{})).Repositories {
			inRegion(t, r.RepositoryArn, region)
			for _, img := range must[*ecr.DescribeImagesOutput](t)(client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: r.RepositoryName})).ImageDetails {
				digests[region][*r.RepositoryName+":"+img.ImageTags[0]] = *img.ImageDigest
				if age := s.now.Sub(*img.ImagePushedAt); age < 24*time.Hour {
					t.Errorf("pushed %s ago", age)
				}
			}
		}
	}
	expect(t, "images", len(digests[east]), 4)
	expect(t, "the same", fmt.Sprint(digests[east]), fmt.Sprint(digests[west]))
}

func TestAMissingImageIsMissingInItsRegionOnly(t *testing.T) {
	s := newSim(t, 0)
	if err := s.Do("missing-image", west, "davidshaevel-dr-backend"); err != nil {
		t.Fatal(err)
	}
	ask := &ecr.DescribeImagesInput{RepositoryName: aws.String("davidshaevel/backend"), ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: aws.String("2.4.1")}}}
	must[*ecr.DescribeImagesOutput](t)(ecr.NewFromConfig(s.config(east)).DescribeImages(ctx, ask))
	_, err := ecr.NewFromConfig(s.config(west)).DescribeImages(ctx, ask)
	refused(t, err, "ImageNotFoundException")
	_, err = ecr.NewFromConfig(s.config(west)).DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: aws.String("nothing")})
	refused(t, err, "RepositoryNotFoundException")
}

func TestAManifestsHashIsItsImagesDigest(t *testing.T) {
	s := newSim(t, 0)
	client := ecr.NewFromConfig(s.config(west))
	repo := aws.String("davidshaevel/frontend")
	ids := must[*ecr.ListImagesOutput](t)(client.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: repo})).ImageIds
	out := must[*ecr.BatchGetImageOutput](t)(client.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RepositoryName: repo, ImageIds: append(ids, ecrtypes.ImageIdentifier{ImageTag: aws.String("nothing")}),
	}))
	expect(t, "images", len(out.Images), 1)
	expect(t, "digest", *out.Images[0].ImageId.ImageDigest, fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(*out.Images[0].ImageManifest))))
	expect(t, "failures", out.Failures[0].FailureCode, ecrtypes.ImageFailureCodeImageNotFound)
}

func TestTheFirstRegistryReplicatesToTheOther(t *testing.T) {
	s := newSim(t, 0)
	rules := func(region string) []ecrtypes.ReplicationRule {
		return must[*ecr.DescribeRegistryOutput](t)(ecr.NewFromConfig(s.config(region)).DescribeRegistry(ctx, &ecr.DescribeRegistryInput{})).ReplicationConfiguration.Rules
	}
	expect(t, "to", *rules(east)[0].Destinations[0].Region, west)
	expect(t, "back", len(rules(west)), 0)
}

func TestCertificatesTellWhenTheyEnd(t *testing.T) {
	s := newSim(t, 0)
	bothRegions(t, func(t *testing.T, region, _ string) {
		client := acm.NewFromConfig(s.config(region))
		list := must[*acm.ListCertificatesOutput](t)(client.ListCertificates(ctx, &acm.ListCertificatesInput{})).CertificateSummaryList
		expect(t, "certificates", len(list), map[string]int{east: 2, west: 1}[region])
		c := must[*acm.DescribeCertificateOutput](t)(client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: list[0].CertificateArn})).Certificate
		expect(t, "domain", *c.DomainName, "davidshaevel.com")
		expect(t, "days", int(c.NotAfter.Sub(s.now).Hours()/24), 171)
		expect(t, "names", c.SubjectAlternativeNames[1], "*.davidshaevel.com")
		expect(t, "in use", len(c.InUseBy), 1)
		_, err := client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: aws.String("arn:aws:acm:x")})
		refused(t, err, "ResourceNotFoundException")
	})
}

func TestTheSecretIsReplicated(t *testing.T) {
	s := newSim(t, 0)
	get := func(region string) *secretsmanager.DescribeSecretOutput {
		client := secretsmanager.NewFromConfig(s.config(region))
		list := must[*secretsmanager.ListSecretsOutput](t)(client.ListSecrets(ctx, &secretsmanager.ListSecretsInput{
			Filters: []secrettypes.Filter{{Key: secrettypes.FilterNameStringTypeName, Values: []string{"davidshaevel"}}},
		})).SecretList
		expect(t, "secrets", len(list), 1)
		return must[*secretsmanager.DescribeSecretOutput](t)(client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: list[0].Name}))
	}
	home, away := get(east), get(west)
	expect(t, "to", *home.ReplicationStatus[0].Region, west)
	expect(t, "status", home.ReplicationStatus[0].Status, secrettypes.StatusTypeInSync)
	expect(t, "primary", *away.PrimaryRegion, east)
	expect(t, "a replica replicates to nobody", len(away.ReplicationStatus), 0)
	inRegion(t, away.ARN, west)
	_, err := secretsmanager.NewFromConfig(s.config(west)).DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String("nothing")})
	refused(t, err, "ResourceNotFoundException")
}

func TestQuotas(t *testing.T) {
	s := newSim(t, 0)
	client := servicequotas.NewFromConfig(s.config(west))
	q := must[*servicequotas.GetServiceQuotaOutput](t)(client.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{
		ServiceCode: aws.String("fargate"), QuotaCode: aws.String("L-3032A538"),
	})).Quota
	expect(t, "vCPU", *q.Value, 6)
	list := must[*servicequotas.ListServiceQuotasOutput](t)(client.ListServiceQuotas(ctx, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("fargate")}))
	expect(t, "listed", len(list.Quotas), 1)
	_, err := client.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("fargate"), QuotaCode: aws.String("L-0")})
	refused(t, err, "NoSuchResourceException")
}

func TestResourcesAreFoundByTagAndType(t *testing.T) {
	s := newSim(t, 0)
	bothRegions(t, func(t *testing.T, region, _ string) {
		client := resourcegroupstaggingapi.NewFromConfig(s.config(region))
		find := func(environment string, types ...string) (n int) {
			for p := resourcegroupstaggingapi.NewGetResourcesPaginator(client, &resourcegroupstaggingapi.GetResourcesInput{
				TagFilters:          []tagtypes.TagFilter{{Key: aws.String("Environment"), Values: []string{environment}}, {Key: aws.String("Project")}},
				ResourceTypeFilters: types, ResourcesPerPage: aws.Int32(5),
			}); p.HasMorePages(); {
				n += len(must[*resourcegroupstaggingapi.GetResourcesOutput](t)(p.NextPage(ctx)).ResourceTagMappingList)
			}
			return n
		}
		own, other := map[string]string{east: "dev", west: "dr"}[region], map[string]string{east: "dr", west: "dev"}[region]
		expect(t, "services", find(own, "ecs:service"), 4)
		expect(t, "databases and target groups", find(own, "rds:db", "elasticloadbalancing:targetgroup"), 4)
		expect(t, "all", find(own), map[string]int{east: 18, west: 16}[region])
		expect(t, "the other's", find(other), 0)
	})
}
