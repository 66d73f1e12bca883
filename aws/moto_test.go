package aws_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// need finds a program that a test cannot do without, or skips the test; where everything is required it fails.
func need(t *testing.T, program, how string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
		return path
	case os.Getenv("LIFEBOAT_REQUIRE") != "":
		t.Fatalf("%s is missing: %s", program, how)
	default:
		t.Skipf("%s is missing (%s): the readers are not tested against an emulator that others wrote", program, how)
	}
	return ""
}

// moto starts moto_server, an AWS emulator that others wrote, and gives its URL.
func moto(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	cmd := exec.Command(need(t, "moto_server", "pip install 'moto[server]==5.2.1'"), "-H", "127.0.0.1", "-p", port)
	cmd.Env = append(os.Environ(), "MOTO_ACM_VALIDATION_WAIT=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for url := "http://127.0.0.1:" + port; ; time.Sleep(50 * time.Millisecond) {
		r, err := http.Get(url + "/moto-api/")
		if err == nil {
			_ = r.Body.Close()
			return url
		}
		if ctx.Err() != nil {
			t.Fatalf("moto_server does not answer: %v", err)
		}
	}
}

// motoEstate makes, with boto3, an estate of two regions whose figures the test knows. Arguments: the endpoint.
const motoEstate = `
import boto3, datetime, hashlib, json, sys

def clients(region):
    return lambda name: boto3.client(name, region_name=region, endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b")

def build(region, tasks):
    of = clients(region)
    ec2, elb, ecs, ecr, rds = of("ec2"), of("elbv2"), of("ecs"), of("ecr"), of("rds")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.%d.0/24" % i, AvailabilityZone=region + z)["Subnet"]["SubnetId"] for i, z in ((1, "a"), (2, "b"))]
    lb = elb.create_load_balancer(Name="shop-alb", Subnets=subnets)["LoadBalancers"][0]
    group = elb.create_target_group(Name="shop-web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
    elb.create_target_group(Name="other", Protocol="HTTP", Port=80, VpcId=vpc)
    cert = of("acm").request_certificate(DomainName="shop.example")["CertificateArn"]
    elb.create_listener(LoadBalancerArn=lb["LoadBalancerArn"], Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": cert}],
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.1.%d" % (i + 5), "Port": 80} for i in range(tasks)])
    ecs.create_cluster(clusterName="shop")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "shop/web:1", "memory": 64}])
    for i in range(12):  # more than one call describes
        ecs.create_service(cluster="shop", serviceName="shop-%02d" % i, taskDefinition="web", desiredCount=0)
        ecs.update_service(cluster="shop", service="shop-%02d" % i, desiredCount=tasks)
        of("application-autoscaling").register_scalable_target(ServiceNamespace="ecs", ResourceId="service/shop/shop-%02d" % i,
            ScalableDimension="ecs:service:DesiredCount", MinCapacity=tasks, MaxCapacity=9)
    ecr.create_repository(repositoryName="shop/web")
    for tag in ("1", "2"):
        manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {"digest": "sha256:" + tag, "size": 1}, "layers": []})
        ecr.put_image(repositoryName="shop/web", imageManifest=manifest, imageTag=tag, imageDigest="sha256:" + hashlib.sha256(tag.encode()).hexdigest())
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    for metric, values in (("ReplicaLag", [1.5, -1.0]), ("FreeStorageSpace", [1e9])):
        of("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[{"MetricName": metric, "Value": v,
            "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "shop-db" + ("" if tasks == 2 else "-dr")}],
            "Timestamp": now - datetime.timedelta(minutes=len(values) - i)} for i, v in enumerate(values)])
    of("cloudwatch").put_metric_data(Namespace="AWS/ApplicationELB", MetricData=[{"MetricName": "RequestCount", "Value": 60.0,
        "Dimensions": [{"Name": "LoadBalancer", "Value": lb["LoadBalancerArn"].split(":loadbalancer/")[1]}], "Timestamp": now - datetime.timedelta(minutes=2)}])
    return rds

east, west = build("us-east-1", 2), build("us-west-2", 1)
db = east.create_db_instance(DBInstanceIdentifier="shop-db", Engine="postgres", EngineVersion="15.12", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
    MaxAllocatedStorage=100, MasterUsername="app", MasterUserPassword="not-a-secret", BackupRetentionPeriod=7, DeletionProtection=True)["DBInstance"]
west.create_db_instance_read_replica(DBInstanceIdentifier="shop-db-dr", SourceDBInstanceIdentifier=db["DBInstanceArn"], SourceRegion="us-east-1")
east.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier="shop-db")
clients("us-east-1")("secretsmanager").create_secret(Name="shop/db", SecretString="{}", AddReplicaRegions=[{"Region": "us-west-2"}])
`

func motoSpec(url, region string) aws.Spec {
	s := aws.Spec{
		Region: region, Endpoint: url, Clusters: []aws.ClusterSpec{{Name: "shop"}}, Balancers: []string{"shop-alb"},
		Databases: []string{"shop-db"}, Repositories: []string{"shop/web"}, Secrets: []string{"shop/db"}, Discover: aws.Discover{Prefix: "shop-"},
	}
	if region == west {
		s.Databases, s.Replicates = []string{"shop-db-dr"}, []string{"shop-db"}
	}
	return s
}

func TestTheReadersReadAnEmulatorThatOthersWrote(t *testing.T) {
	hermetic(t)
	url := moto(t)
	if out, err := exec.Command(need(t, "python3", "install Python and boto3"), "-c", motoEstate, url).CombinedOutput(); err != nil {
		t.Fatalf("making the estate: %v\n%s", err, out)
	}
	for region, tasks := range map[string]int{east: 2, west: 1} {
		t.Run(region, func(t *testing.T) {
			r := reader(t, motoSpec(url, region))
			f, s := r.Fast(t.Context(), aws.Fast{}), r.Slow(t.Context(), aws.Slow{})
			wantNoErrors(t, errorsOf(f))
			motoFast(t, f, tasks)
			motoData(t, f, region)
			motoSlow(t, s, region)
			again := r.Fast(t.Context(), f)
			wantNoErrors(t, errorsOf(again))
		})
	}
}

func motoFast(t *testing.T, f aws.Fast, tasks int) {
	want(t, "account", f.Identity.Value.Account, "123456789012")
	want(t, "number of services", len(f.Services.Value), 12)
	for _, s := range f.Services.Value {
		want(t, "counts of "+s.Name, []int{s.Desired, s.Running, s.Pending}, []int{tasks, tasks, 0})
		want(t, "definition of "+s.Name, s.TaskDefinition, "web:1")
		want(t, "images of "+s.Name, s.Images, []aws.ContainerImage{{Container: "web", Reference: "shop/web:1"}})
	}
	want(t, "number of scaling targets", len(f.Scaling.Value), 12)
	want(t, "scaling", f.Scaling.Value[0], aws.ScalingTarget{Cluster: "shop", Service: f.Scaling.Value[0].Service, Min: tasks, Max: 9})
	b := f.Balancers.Value[0]
	want(t, "balancer", []any{b.Name, b.State, b.TargetGroups}, []any{"shop-alb", "active", []string{"shop-web"}})
	want(t, "number of groups", len(f.Targets), 1)
	var targets []string
	for _, target := range f.Targets["shop-web"].Value.Targets {
		targets = append(targets, target.ID+" "+target.State)
	}
	want(t, "targets", targets, []string{"10.0.1.5 healthy", "10.0.1.6 healthy"}[:tasks])
	if requests := f.Metrics.Value.Balancers["shop-alb"].Requests; len(requests) != 1 || requests[0].Value != 60 {
		t.Errorf("requests are %v", requests)
	}
}

func motoData(t *testing.T, f aws.Fast, region string) {
	want(t, "number of databases", len(f.Databases.Value), 1)
	d := f.Databases.Value[0]
	lag := f.Metrics.Value.Databases[d.ID].ReplicaLag
	if len(lag) != 2 || lag[0].Value != 1.5 || lag[1].Value != -1 || !lag[0].At.Before(lag[1].At) {
		t.Errorf("the lag is %v", lag)
	}
	if region == west {
		want(t, "replica", []any{d.ID, d.Writer(), d.Status}, []any{"shop-db-dr", false, "available"})
		return
	}
	want(t, "writer", []any{d.ID, d.Writer(), d.Version, d.RetentionDays, d.StorageGiB, d.MaxStorageGiB, d.DeletionProtection},
		[]any{"shop-db", true, "15.12", 7, 20, 100, true})
	want(t, "number of replicas", len(d.Replicas), 1)
}

func motoSlow(t *testing.T, s aws.Slow, region string) {
	errs := errorsOfSlow(s)
	wantKind(t, "quotas, which moto does not have", errs["quotas"], fault.Unavailable)
	delete(errs, "quotas")
	wantNoErrors(t, errs)
	want(t, "number of images", len(s.Images.Value), 2)
	want(t, "listener", s.Listeners.Value, []aws.Listener{
		{Balancer: "shop-alb", Port: 443, Protocol: "HTTPS", Certificates: []string{s.Certificates.Value[0].ARN}, Default: "forward to shop-web"},
	})
	want(t, "certificate", s.Certificates.Value[0].Domain, "shop.example")
	secret := s.Secrets.Value[0]
	want(t, "secret", []any{secret.Name, secret.PrimaryRegion}, map[string][]any{east: {"shop/db", ""}, west: {"shop/db", east}}[region])
	found := false
	for _, snapshot := range s.Snapshots.Value {
		found = found || snapshot.ID == "before" && snapshot.Database == "shop-db" && !snapshot.Original.IsZero()
	}
	want(t, "the snapshot is there", found, region == east)
}
