"""A two-region estate in an AWS emulator for a whole failover, with boto3 alone.

    moto_failover.py build ENDPOINT ORIGIN  makes it, and prints the names that lifeboat.yaml needs as JSON; ORIGIN is what the CDN
                                            fetches from, "" the primary's balancer itself
    moto_failover.py live ENDPOINT          does, until it is ended, what ECS and RDS do by themselves and the emulator leaves out;
                                            prints a line as soon as all has been done once
    moto_failover.py read ENDPOINT          prints, as JSON, everything that a failover may change, as soon as it is at rest

It shares no code with Lifeboat: what it reads is the independent second opinion of the end-to-end test.
"""
import datetime
import hashlib
import json
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

EAST, WEST = "us-east-1", "us-west-2"
STATE = "shop-state"  # the bucket of journal, lease and roles
ROLE = "shop-change"
# Every service has a cluster of its own: the emulator lists all tasks of a cluster, whatever service is asked for.
SERVICES = {  # by the estate's name: how many run, floor, ceiling, seconds of grace
    EAST: {"frontend": ("shop-web", "shop-frontend", 4, 3, 8, 60), "backend": ("shop-api", "shop-backend", 2, 2, 6, 60)},
    WEST: {"frontend": ("dr-web", "dr-frontend", 1, 1, 2, 30), "backend": ("dr-api", "dr-backend", 1, 1, 2, 45)},
}
DATABASES = {EAST: "shop-db", WEST: "dr-db"}
CONNECTIONS = 5  # a task of the backend holds so many


class Region:
    def __init__(self, endpoint, name):
        self.endpoint, self.name = endpoint, name

    def __getattr__(self, service):
        client = boto3.client(service.replace("_", "-"), region_name=self.name, endpoint_url=self.endpoint,
                              aws_access_key_id="test", aws_secret_access_key="test",
                              config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 2}))
        self.__dict__[service] = client
        return client


def network(r, cidr):
    vpc = r.ec2.create_vpc(CidrBlock=cidr + ".0.0/16")["Vpc"]["VpcId"]
    r.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})  # without it the emulator runs no task
    subnets = [r.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{cidr}.{i}.0/24", AvailabilityZone=r.name + zone)["Subnet"]["SubnetId"]
               for i, zone in ((1, "a"), (2, "b"))]
    groups = {name: r.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("database", "isolated")}
    return vpc, subnets, groups


def images(r):
    for name in ("frontend", "backend"):
        r.ecr.create_repository(repositoryName=f"shop/{name}")
        manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                               "config": {"digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest(), "size": 7,
                                          "mediaType": "application/vnd.docker.container.image.v1+json"}, "layers": []})
        r.ecr.put_image(repositoryName=f"shop/{name}", imageManifest=manifest, imageTag="1.0",
                        imageDigest="sha256:" + hashlib.sha256(manifest.encode()).hexdigest())


def balancer(r, vpc, subnets):
    lb = r.elbv2.create_load_balancer(Name="shop-alb", Subnets=subnets, Type="application")["LoadBalancers"][0]
    certificate = r.acm.request_certificate(DomainName="example.com", SubjectAlternativeNames=["*.example.com"])["CertificateArn"]
    groups = {name: r.elbv2.create_target_group(Name="shop-" + name, Protocol="HTTP", Port=port, VpcId=vpc, TargetType="ip")
              ["TargetGroups"][0]["TargetGroupArn"] for name, port in (("frontend", 3000), ("backend", 3001))}
    https = r.elbv2.create_listener(LoadBalancerArn=lb["LoadBalancerArn"], Protocol="HTTPS", Port=443,
                                    Certificates=[{"CertificateArn": certificate}],
                                    DefaultActions=[{"Type": "forward", "TargetGroupArn": groups["frontend"]}])
    r.elbv2.create_rule(ListenerArn=https["Listeners"][0]["ListenerArn"], Priority=100,
                        Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
                        Actions=[{"Type": "forward", "TargetGroupArn": groups["backend"]}])
    return lb["DNSName"], groups


def services(r, subnets, security, groups):
    for name, (cluster, service, desired, floor, ceiling, grace) in SERVICES[r.name].items():
        r.ecs.create_cluster(clusterName=cluster)
        image = f"123456789012.dkr.ecr.{r.name}.amazonaws.com/shop/{name}:1.0"
        r.ecs.register_task_definition(family=service, cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
                                       containerDefinitions=[{"name": name, "image": image, "memory": 512, "essential": True}])
        r.ecs.create_service(cluster=cluster, serviceName=service, launchType="FARGATE", taskDefinition=service, desiredCount=desired,
                             healthCheckGracePeriodSeconds=grace,
                             networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [security]}},
                             loadBalancers=[{"targetGroupArn": groups[name], "containerName": name, "containerPort": 3000}])
        r.application_autoscaling.register_scalable_target(
            ServiceNamespace="ecs", ResourceId=f"service/{cluster}/{service}", ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=floor, MaxCapacity=ceiling)


def databases(east, west, groups):
    arn = east.rds.create_db_instance(
        DBInstanceIdentifier=DATABASES[EAST], DBInstanceClass="db.t3.small", Engine="postgres", EngineVersion="15.12", AllocatedStorage=40,
        BackupRetentionPeriod=14, MultiAZ=True, StorageEncrypted=True, MasterUsername="app", MasterUserPassword="not-a-secret-1",
        VpcSecurityGroupIds=[groups[EAST]["database"]])["DBInstance"]["DBInstanceArn"]
    west.rds.create_db_instance_read_replica(DBInstanceIdentifier=DATABASES[WEST], SourceDBInstanceIdentifier=arn, SourceRegion=EAST,
                                             DBInstanceClass="db.t3.small", VpcSecurityGroupIds=[groups[WEST]["database"]])


def distribution(east, home, away):
    """Pages go through an origin group, the API to the one origin."""
    def origin(id, domain):
        return {"Id": id, "DomainName": domain, "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}}

    def behavior(target, methods):
        return {"TargetOriginId": target, "ViewerProtocolPolicy": "redirect-to-https", "MinTTL": 0,
                "ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "none"}},
                "AllowedMethods": {"Quantity": len(methods), "Items": methods, "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]}}}
    read = ["GET", "HEAD", "OPTIONS"]
    config = {"CallerReference": "estate", "Comment": "shop", "Enabled": True, "Aliases": {"Quantity": 1, "Items": ["example.com"]},
              "Origins": {"Quantity": 2, "Items": [origin("origin", home), origin("standby", away)]},
              "OriginGroups": {"Quantity": 1, "Items": [{
                  "Id": "pages", "FailoverCriteria": {"StatusCodes": {"Quantity": 4, "Items": [500, 502, 503, 504]}},
                  "Members": {"Quantity": 2, "Items": [{"OriginId": "origin"}, {"OriginId": "standby"}]}}]},
              "DefaultCacheBehavior": behavior("pages", read),
              "CacheBehaviors": {"Quantity": 1, "Items": [
                  {"PathPattern": "/api/*", **behavior("origin", read + ["PUT", "POST", "PATCH", "DELETE"])}]}}
    made = east.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    # A release of long ago has invalidated something: its reference is none of a run.
    east.cloudfront.create_invalidation(DistributionId=made["Id"], InvalidationBatch={
        "CallerReference": "release-1", "Paths": {"Quantity": 1, "Items": ["/*"]}})
    return made["Id"], made["DomainName"]


def build(endpoint, home):
    sides = [Region(endpoint, EAST), Region(endpoint, WEST)]
    groups, balancers = {}, {}
    for i, r in enumerate(sides):
        vpc, subnets, groups[r.name] = network(r, f"10.{i}")
        images(r)
        balancers[r.name], target_groups = balancer(r, vpc, subnets)
        services(r, subnets, groups[r.name]["database"], target_groups)
    databases(*sides, groups)
    id, domain = distribution(sides[0], home or balancers[EAST], balancers[WEST])
    west = sides[1]
    west.s3.create_bucket(Bucket=STATE, CreateBucketConfiguration={"LocationConstraint": WEST})
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
    role = west.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for model, transition in (("rds::dbinstance", {"progression": "time", "seconds": 1}), ("ecs::service", {"progression": "time", "seconds": 1}),
                              ("ecs::task", {"progression": "manual", "times": 1 << 40})):  # else looking at a task stops it
        body = json.dumps({"model_name": model, "transition": transition}).encode()
        urllib.request.urlopen(urllib.request.Request(endpoint + "/moto-api/state-manager/set-transition", body, {"Content-Type": "application/json"}))
    print(json.dumps({"distribution": id, "domain": domain, "balancers": balancers, "isolated": groups[EAST]["isolated"], "role": role}))


def keep_tasks(r):
    """Runs and stops tasks so that every service has as many as it says; gives how many the backend has."""
    count = {}
    for name, (cluster, service, *_) in SERVICES[r.name].items():
        now = r.ecs.describe_services(cluster=cluster, services=[service])["services"][0]
        want = now["runningCount"]
        have = r.ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]
        if len(have) < want:
            r.ecs.run_task(cluster=cluster, taskDefinition=service, count=want - len(have), launchType="FARGATE",
                           group="service:" + service, networkConfiguration=now["networkConfiguration"])
        for arn in have[want:]:
            r.ecs.stop_task(cluster=cluster, task=arn, reason="scaled in")
        count[name] = want
    return count["backend"]


def publish(r, metric, value):
    r.cloudwatch.put_metric_data(Namespace="AWS/RDS", MetricData=[{
        "MetricName": metric, "Value": value, "Timestamp": datetime.datetime.now(datetime.timezone.utc),
        "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": DATABASES[r.name]}]}])


def live(endpoint):
    east, west = Region(endpoint, EAST), Region(endpoint, WEST)
    while True:
        for work in (lambda: live_home(east), lambda: live_away(west)):
            try:
                work()
            except ClientError as e:  # the region is dark, to this script too
                if e.response["Error"]["Code"] != "ServiceUnavailable":
                    raise
        print("alive", flush=True)
        time.sleep(0.4)


def live_home(east):
    backends = keep_tasks(east)
    publish(east, "DatabaseConnections", float(CONNECTIONS * backends))
    publish(east, "FreeStorageSpace", 30e9)


def live_away(west):
    keep_tasks(west)
    replica = west.rds.describe_db_instances(DBInstanceIdentifier=DATABASES[WEST])["DBInstances"][0]
    if replica.get("ReadReplicaSourceDBInstanceIdentifier"):
        publish(west, "ReplicaLag", 0.2)


def service_reading(r, cluster, service):
    s = r.ecs.describe_services(cluster=cluster, services=[service])["services"][0]
    target = r.application_autoscaling.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[f"service/{cluster}/{service}"])["ScalableTargets"][0]
    return {"desired": s["desiredCount"], "running": s["runningCount"], "grace": s.get("healthCheckGracePeriodSeconds"),
            "deployment": s["deployments"][0]["id"], "floor": target["MinCapacity"], "ceiling": target["MaxCapacity"],
            "tasks": len(r.ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"])}


def database_reading(r):
    d = r.rds.describe_db_instances(DBInstanceIdentifier=DATABASES[r.name])["DBInstances"][0]
    return {"status": d["DBInstanceStatus"], "source": d.get("ReadReplicaSourceDBInstanceIdentifier", "").split(":")[-1],
            "replicas": [x.split(":")[-1] for x in d.get("ReadReplicaDBInstanceIdentifiers", [])],
            "retention": d["BackupRetentionPeriod"], "multi_az": d["MultiAZ"], "groups": [g["VpcSecurityGroupId"] for g in d["VpcSecurityGroups"]]}


def region_reading(r):
    alarms = [{"name": a["AlarmName"], "metric": a["MetricName"], "threshold": a["Threshold"], "comparison": a["ComparisonOperator"],
               "dimensions": {d["Name"]: d["Value"] for d in a["Dimensions"]}} for a in r.cloudwatch.describe_alarms()["MetricAlarms"]]
    return {"services": {name: service_reading(r, *s[:2]) for name, s in SERVICES[r.name].items()},
            "database": database_reading(r), "alarms": alarms}


def edge_reading(east):
    id = east.cloudfront.list_distributions()["DistributionList"]["Items"][0]["Id"]
    config = east.cloudfront.get_distribution_config(Id=id)["DistributionConfig"]
    listed = east.cloudfront.list_invalidations(DistributionId=id)["InvalidationList"].get("Items", [])
    batches = [east.cloudfront.get_invalidation(DistributionId=id, Id=i["Id"])["Invalidation"]["InvalidationBatch"] for i in listed]
    return {"behaviors": {"*": config["DefaultCacheBehavior"]["TargetOriginId"],
                          **{b["PathPattern"]: b["TargetOriginId"] for b in config["CacheBehaviors"].get("Items", [])}},
            "invalidations": sorted([b["CallerReference"], b["Paths"]["Items"]] for b in batches)}


def roles_reading(west):
    keys = [o["Key"] for o in west.s3.list_objects_v2(Bucket=STATE).get("Contents", []) if o["Key"].endswith("/roles.auto.tfvars.json")]
    return json.loads(west.s3.get_object(Bucket=STATE, Key=keys[0])["Body"].read()) if keys else None


def at_rest(reading):
    return all(reading[region]["database"]["status"] == "available" and
               all(s["desired"] == s["running"] == s["tasks"] for s in reading[region]["services"].values()) for region in (EAST, WEST))


def read(endpoint):
    east, west = Region(endpoint, EAST), Region(endpoint, WEST)
    for _ in range(50):
        reading = {EAST: region_reading(east), WEST: region_reading(west), "edge": edge_reading(east), "roles": roles_reading(west)}
        if at_rest(reading):
            break
        time.sleep(0.2)
    print(json.dumps(reading))


if __name__ == "__main__":
    {"build": build, "live": live, "read": read}[sys.argv[1]](*sys.argv[2:])
