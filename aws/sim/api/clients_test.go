package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
)

// facts are what two other clients must read of a region, each in its own protocols.
type facts struct {
	Running   map[string]int    // ecs describe-services: running tasks by service
	Databases map[string]string // rds describe-db-instances: the source of each, "" for a writer
	Targets   map[string]int    // elbv2 describe-target-health: healthy targets of the backend, by zone
	Lag       []float64         // cloudwatch get-metric-data: the last hour of ReplicaLag, oldest first
	Origins   []string          // cloudfront get-distribution-config
}

// modelled is the same, straight from the model.
func (s *sim) modelled(region string) facts {
	return in(s, region, func(w *cloud.World, r *cloud.Region) facts {
		f := facts{Running: map[string]int{}, Databases: map[string]string{}, Targets: map[string]int{}, Lag: []float64{}}
		for _, x := range r.Clusters[0].Services {
			f.Running[x.Name] = x.Count(cloud.Running)
		}
		for _, db := range r.Databases {
			f.Databases[db.ID] = ""
			if db.Source != nil {
				f.Databases[db.ID] = db.Source.ARN
			}
		}
		for _, x := range r.TargetGroups[1].Targets {
			f.Targets[x.AZ]++
		}
		data, _ := r.Datapoints(lagMetric, s.now.Add(-time.Hour), s.now, time.Minute, "Average")
		for _, d := range data {
			f.Lag = append(f.Lag, d.Value)
		}
		for _, o := range w.Distributions[0].Origins {
			f.Origins = append(f.Origins, o.Domain)
		}
		return f
	})
}

var lagMetric = cloud.Metric{Namespace: "AWS/RDS", Name: "ReplicaLag", Dimensions: "DBInstanceIdentifier=davidshaevel-dr-db"}

func sameFacts(t *testing.T, got, want facts) {
	t.Helper()
	if len(got.Lag) != len(want.Lag) {
		t.Errorf("lag: %d points, want %d", len(got.Lag), len(want.Lag))
	} else {
		for i := range got.Lag {
			if math.Abs(got.Lag[i]-want.Lag[i]) > 1e-6 {
				t.Errorf("lag %d: %v, want %v", i, got.Lag[i], want.Lag[i])
			}
		}
	}
	got.Lag, want.Lag = nil, nil
	expect(t, "facts", fmt.Sprint(got), fmt.Sprint(want))
}

// environment is a clean one for an AWS client.
func environment(t *testing.T) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_ACCESS_KEY_ID=AKIASIMULATED", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "PYTHONWARNINGS=ignore",
	}
}

func run(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stderr = env, &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return out
}

const botoReading = `
import boto3, datetime, json, sys
url, region, now = sys.argv[1], sys.argv[2], datetime.datetime.fromtimestamp(float(sys.argv[3]), datetime.timezone.utc)
client = lambda name: boto3.client(name, region_name=region, endpoint_url=url)
ecs, rds, elb, cw, cf = (client(n) for n in ("ecs", "rds", "elbv2", "cloudwatch", "cloudfront"))
cluster = ecs.list_clusters()["clusterArns"][0]
services = ecs.describe_services(cluster=cluster, services=ecs.list_services(cluster=cluster)["serviceArns"])["services"]
groups = [g["TargetGroupArn"] for g in elb.describe_target_groups()["TargetGroups"] if g["TargetGroupName"].endswith("-backend")]
targets = {}
for d in elb.describe_target_health(TargetGroupArn=groups[0])["TargetHealthDescriptions"]:
    if d["TargetHealth"]["State"] == "healthy":
        az = d["Target"]["AvailabilityZone"]
        targets[az] = targets.get(az, 0) + 1
lag = cw.get_metric_data(StartTime=now - datetime.timedelta(hours=1), EndTime=now, ScanBy="TimestampAscending", MetricDataQueries=[{
    "Id": "lag", "MetricStat": {"Period": 60, "Stat": "Average", "Metric": {"Namespace": "AWS/RDS", "MetricName": "ReplicaLag",
    "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "davidshaevel-dr-db"}]}}}])["MetricDataResults"][0]["Values"]
distribution = cf.list_distributions()["DistributionList"]["Items"][0]["Id"]
config = cf.get_distribution_config(Id=distribution)["DistributionConfig"]
print(json.dumps({
    "Running": {s["serviceName"]: s["runningCount"] for s in services},
    "Databases": {d["DBInstanceIdentifier"]: d.get("ReadReplicaSourceDBInstanceIdentifier", "") for d in rds.describe_db_instances()["DBInstances"]},
    "Targets": targets, "Lag": lag, "Origins": [o["DomainName"] for o in config["Origins"]["Items"]],
}))
`

func TestBoto3ReadsBothRegionsAsTheyAre(t *testing.T) {
	python := need(t, "python3", "-c", "import boto3")
	s := newSim(t, 0)
	for _, region := range []string{east, west} {
		t.Run(region, func(t *testing.T) {
			var got facts
			out := run(t, environment(t), python, "-c", botoReading, s.url, region, fmt.Sprint(s.now.Unix()))
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			sameFacts(t, got, s.modelled(region))
		})
	}
}

func TestTheAWSCommandLineReadsBothRegionsAsTheyAre(t *testing.T) {
	aws := need(t, "aws", "--version")
	s := newSim(t, 0)
	for _, region := range []string{east, west} {
		t.Run(region, func(t *testing.T) {
			env := environment(t)
			cli := func(into any, args ...string) {
				t.Helper()
				out := run(t, env, aws, append(args, "--endpoint-url", s.url, "--region", region, "--output", "json")...)
				if err := json.Unmarshal(out, into); err != nil {
					t.Fatal(err)
				}
			}
			sameFacts(t, s.readByCLI(cli, region), s.modelled(region))
		})
	}
}

// readByCLI asks with five commands of the AWS command line.
func (s *sim) readByCLI(cli func(into any, args ...string), region string) facts {
	got := facts{Running: map[string]int{}, Databases: map[string]string{}, Targets: map[string]int{}}
	want := s.modelled(region)
	args := []string{"ecs", "describe-services", "--cluster", *clusterIn(region), "--services"}
	for name := range want.Running {
		args = append(args, name)
	}
	var services struct {
		Services []struct {
			ServiceName  string
			RunningCount int
		}
	}
	cli(&services, args...)
	for _, x := range services.Services {
		got.Running[x.ServiceName] = x.RunningCount
	}
	var databases struct {
		DBInstances []struct{ DBInstanceIdentifier, ReadReplicaSourceDBInstanceIdentifier string }
	}
	cli(&databases, "rds", "describe-db-instances")
	for _, x := range databases.DBInstances {
		got.Databases[x.DBInstanceIdentifier] = x.ReadReplicaSourceDBInstanceIdentifier
	}
	var targets struct {
		TargetHealthDescriptions []struct {
			Target struct{ AvailabilityZone string }
		}
	}
	group := in(s, region, func(w *cloud.World, r *cloud.Region) string { return r.TargetGroups[1].ARN })
	cli(&targets, "elbv2", "describe-target-health", "--target-group-arn", group)
	for _, x := range targets.TargetHealthDescriptions {
		got.Targets[x.Target.AvailabilityZone]++
	}
	var data struct {
		MetricDataResults []struct{ Values []float64 }
	}
	cli(&data, "cloudwatch", "get-metric-data", "--scan-by", "TimestampAscending",
		"--start-time", s.now.Add(-time.Hour).Format(time.RFC3339), "--end-time", s.now.Format(time.RFC3339),
		"--metric-data-queries", `[{"Id":"lag","MetricStat":{"Period":60,"Stat":"Average","Metric":{"Namespace":"AWS/RDS","MetricName":"ReplicaLag",`+
			`"Dimensions":[{"Name":"DBInstanceIdentifier","Value":"davidshaevel-dr-db"}]}}}]`)
	got.Lag = data.MetricDataResults[0].Values
	var config struct {
		DistributionConfig struct {
			Origins struct{ Items []struct{ DomainName string } }
		}
	}
	id := in(s, region, func(w *cloud.World, r *cloud.Region) string { return w.Distributions[0].ID })
	cli(&config, "cloudfront", "get-distribution-config", "--id", id)
	for _, x := range config.DistributionConfig.Origins.Items {
		got.Origins = append(got.Origins, x.DomainName)
	}
	return got
}
