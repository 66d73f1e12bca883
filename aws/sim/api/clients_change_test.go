package api

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
)

// done is what the model must show after two other clients have made the changes of a failover, each in its own protocols.
func (s *sim) done(t *testing.T, body string) {
	t.Helper()
	s.pass(6 * time.Minute)
	s.Locked(func(w *cloud.World) {
		r := w.Region(west)
		service := r.Service(backend)
		expect(t, "desired", service.Desired, 2)
		expect(t, "grace", service.Grace, 10*time.Minute)
		expect(t, "definition", service.TaskDefinition.Revision, 2)
		expect(t, "floor", r.ScalableTargets[1].Min, 2)
		db := r.Database(standby)
		expect(t, "a writer", db.Source == nil, true)
		expect(t, "retention", db.Retention, 7)
		expect(t, "the API's origin", w.Distributions[0].Live().BehaviorFor("/api/x").Target, "standby")
		expect(t, "invalidated", w.Distributions[0].Invalidations[0].Status, "Completed")
		expect(t, "the alarm", len(r.Alarms) == 1 && r.Alarms[0].Threshold == 2e9 && r.Alarms[0].State == cloud.AlarmOff, true)
		o := r.Buckets[0].Object("runs/1/00000001.json")
		if o == nil || string(o.Body) != body {
			t.Errorf("the object is %+v", o)
		}
	})
}

const botoChanging = `
import boto3, json, sys
from botocore.exceptions import ClientError
url, region, cluster, bucket = sys.argv[1:5]
client = lambda name, **more: boto3.client(name, region_name=region, endpoint_url=url, **more)
ecs, rds, cf, s3, aas, cw = (client(n) for n in ("ecs", "rds", "cloudfront", "s3", "application-autoscaling", "cloudwatch"))
service, db = "davidshaevel-dr-backend", "davidshaevel-dr-db"
refused = {}
def refuse(name, f, **args):
    try:
        f(**args)
        refused[name] = "accepted"
    except ClientError as e:
        refused[name] = "%s %s" % (e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"])
d = ecs.describe_task_definition(taskDefinition=service)["taskDefinition"]
keep = ("family", "cpu", "memory", "networkMode", "requiresCompatibilities", "containerDefinitions")
made = ecs.register_task_definition(**{k: d[k] for k in keep})["taskDefinition"]
refuse("ecs", ecs.update_service, cluster=cluster, service="nothing", desiredCount=1)
aas.register_scalable_target(ServiceNamespace="ecs", ResourceId="service/%s/%s" % (cluster, service),
    ScalableDimension="ecs:service:DesiredCount", MinCapacity=2, MaxCapacity=4)
ecs.update_service(cluster=cluster, service=service, desiredCount=2, taskDefinition=made["taskDefinitionArn"], healthCheckGracePeriodSeconds=600)
refuse("rds", rds.promote_read_replica, DBInstanceIdentifier=db, BackupRetentionPeriod=99)
rds.promote_read_replica(DBInstanceIdentifier=db, BackupRetentionPeriod=7)
alarm = dict(AlarmName="storage", Namespace="AWS/RDS", MetricName="FreeStorageSpace", Dimensions=[{"Name": "DBInstanceIdentifier", "Value": db}],
    Statistic="Minimum", ComparisonOperator="LessThanThreshold", Threshold=2e9, Period=60, EvaluationPeriods=3, AlarmActions=["arn:aws:sns:us-west-2:1:ops"])
cw.put_metric_alarm(**alarm)
refuse("cloudwatch", cw.put_metric_alarm, **dict(alarm, Period=45))
held = cw.describe_alarms(AlarmNames=["storage"])["MetricAlarms"][0]
assert {k: held[k] for k in alarm} == alarm, held
id = cf.list_distributions()["DistributionList"]["Items"][0]["Id"]
read = cf.get_distribution_config(Id=id)
config = read["DistributionConfig"]
refuse("cloudfront", cf.update_distribution, Id=id, IfMatch="EOLD", DistributionConfig=config)
config["CacheBehaviors"]["Items"][0]["TargetOriginId"] = "pages"
refuse("group", cf.update_distribution, Id=id, IfMatch=read["ETag"], DistributionConfig=config)
config["CacheBehaviors"]["Items"][0]["TargetOriginId"] = "standby"
cf.update_distribution(Id=id, IfMatch=read["ETag"], DistributionConfig=config)
cf.create_invalidation(DistributionId=id, InvalidationBatch={"CallerReference": "1", "Paths": {"Quantity": 1, "Items": ["/*"]}})
assert [i["Status"] for i in cf.list_invalidations(DistributionId=id)["InvalidationList"]["Items"]]
key = "runs/1/00000001.json"
first = s3.put_object(Bucket=bucket, Key=key, Body=b"first", IfNoneMatch="*")
refuse("s3", s3.put_object, Bucket=bucket, Key=key, Body=b"second", IfNoneMatch="*")
s3.put_object(Bucket=bucket, Key=key, Body=b"third", IfMatch=first["ETag"])
refuse("key", s3.get_object, Bucket=bucket, Key="nothing")
assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"third"
assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix="runs/")["Contents"]] == [key]
print(json.dumps(refused))
`

func TestBoto3ChangesWhatItReads(t *testing.T) {
	python := need(t, "python3", "-c", "import boto3")
	s := newSim(t, 0)
	bucket := in(s, west, func(_ *cloud.World, r *cloud.Region) string { return r.Buckets[0].Name })
	out := run(t, environment(t), python, "-c", botoChanging, s.url, west, *clusterIn(west), bucket)
	var refused map[string]string
	if err := json.Unmarshal(out, &refused); err != nil {
		t.Fatal(err)
	}
	expect(t, "refused", fmt.Sprint(refused), fmt.Sprint(map[string]string{
		"ecs": "400 ServiceNotFoundException", "rds": "400 InvalidParameterValue", "cloudfront": "412 PreconditionFailed",
		"group": "400 InvalidArgument", "s3": "412 PreconditionFailed", "key": "404 NoSuchKey", "cloudwatch": "400 ValidationError",
	}))
	s.done(t, "third")
}

func TestTheAWSCommandLineChangesWhatItReads(t *testing.T) {
	aws := need(t, "aws", "--version")
	s := newSim(t, 0)
	env, dir := environment(t), t.TempDir()
	cli := func(args ...string) []byte {
		t.Helper()
		return run(t, env, aws, append(args, "--endpoint-url", s.url, "--region", west, "--output", "json")...)
	}
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var d struct {
		TaskDefinition struct{ ContainerDefinitions json.RawMessage }
	}
	if err := json.Unmarshal(cli("ecs", "describe-task-definition", "--task-definition", backend), &d); err != nil {
		t.Fatal(err)
	}
	cli("ecs", "register-task-definition", "--family", backend, "--cpu", "256", "--memory", "512", "--network-mode", "awsvpc",
		"--requires-compatibilities", "FARGATE", "--container-definitions", string(d.TaskDefinition.ContainerDefinitions))
	cli("application-autoscaling", "register-scalable-target", "--service-namespace", "ecs", "--min-capacity", "2", "--max-capacity", "4",
		"--resource-id", "service/"+*clusterIn(west)+"/"+backend, "--scalable-dimension", "ecs:service:DesiredCount")
	cli("ecs", "update-service", "--cluster", *clusterIn(west), "--service", backend, "--desired-count", "2", "--task-definition", backend,
		"--health-check-grace-period-seconds", "600")
	cli("rds", "promote-read-replica", "--db-instance-identifier", standby, "--backup-retention-period", "7")
	cli("cloudwatch", "put-metric-alarm", "--alarm-name", "storage", "--namespace", "AWS/RDS", "--metric-name", "FreeStorageSpace",
		"--dimensions", "Name=DBInstanceIdentifier,Value="+standby, "--statistic", "Minimum", "--comparison-operator", "LessThanThreshold",
		"--threshold", "2e9", "--period", "60", "--evaluation-periods", "3", "--alarm-actions", "arn:aws:sns:us-west-2:1:ops")
	if out := cli("cloudwatch", "describe-alarms", "--alarm-names", "storage"); !strings.Contains(string(out), `"Threshold": 2000000000`) {
		t.Errorf("the alarm reads as %s", out)
	}
	s.updateByCLI(t, cli, file)
	bucket := in(s, west, func(_ *cloud.World, r *cloud.Region) string { return r.Buckets[0].Name })
	cli("s3api", "put-object", "--bucket", bucket, "--key", "runs/1/00000001.json", "--body", file("entry", []byte("third")), "--if-none-match", "*")
	cli("s3api", "get-object", "--bucket", bucket, "--key", "runs/1/00000001.json", filepath.Join(dir, "read"))
	if read, _ := os.ReadFile(filepath.Join(dir, "read")); string(read) != "third" {
		t.Errorf("it read %q", read)
	}
	s.done(t, "third")
}

// updateByCLI points the API at the standby, and invalidates.
func (s *sim) updateByCLI(t *testing.T, cli func(args ...string) []byte, file func(name string, content []byte) string) {
	t.Helper()
	id := in(s, west, func(w *cloud.World, _ *cloud.Region) string { return w.Distributions[0].ID })
	var read struct {
		ETag               string
		DistributionConfig map[string]any
	}
	if err := json.Unmarshal(cli("cloudfront", "get-distribution-config", "--id", id), &read); err != nil {
		t.Fatal(err)
	}
	read.DistributionConfig["CacheBehaviors"].(map[string]any)["Items"].([]any)[0].(map[string]any)["TargetOriginId"] = "standby"
	config, err := json.Marshal(read.DistributionConfig)
	if err != nil {
		t.Fatal(err)
	}
	cli("cloudfront", "update-distribution", "--id", id, "--if-match", read.ETag, "--distribution-config", "file://"+file("config.json", config))
	cli("cloudfront", "create-invalidation", "--distribution-id", id, "--paths", "/*")
	if list := string(cli("cloudfront", "list-invalidations", "--distribution-id", id)); !strings.Contains(list, `"Status"`) {
		t.Errorf("the invalidations are %s", list)
	}
}
