"""Builds the reference estate in an AWS emulator, or reads it back, with boto3 alone.

    moto_estate.py build ENDPOINT     makes both regions and prints their names as JSON
    moto_estate.py read ENDPOINT      prints, as JSON, the figures that `lifeboat status --json` must agree with

It shares no code with Lifeboat: it is the independent second opinion of the end-to-end test.
"""
import datetime
import hashlib
import json
import sys

import boto3

PRIMARY, STANDBY = "us-east-1", "us-west-2"
PREFIX = "davidshaevel"
SERVICES = {  # name: (desired in the primary, desired in the standby)
    "frontend": (2, 1),
    "backend": (2, 1),
    "prometheus": (1, 0),
    "grafana": (1, 0),
}
LAG = [0.4, 1.2, 0.8]
REQUESTS = [600.0, 660.0, 720.0]


class Region:
    def __init__(self, endpoint, name):
        self.endpoint, self.name = endpoint, name

    def __getattr__(self, service):
        client = boto3.client(service.replace("_", "-"), region_name=self.name, endpoint_url=self.endpoint,
                              aws_access_key_id="test", aws_secret_access_key="test")
        self.__dict__[service] = client
        return client


def network(r, cidr):
    vpc = r.ec2.create_vpc(CidrBlock=cidr + ".0.0/16")["Vpc"]["VpcId"]
    subnets = [r.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{cidr}.{i}.0/24",
                                   AvailabilityZone=r.name + zone)["Subnet"]["SubnetId"]
               for i, zone in ((1, "a"), (2, "b"))]
    group = r.ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    return vpc, subnets, group


def images(r, behind=()):
    """An image of every repository; those of `behind` miss the newest."""
    for repo in ("backend", "frontend", "grafana", "prometheus"):
        r.ecr.create_repository(repositoryName=f"{PREFIX}/{repo}")
        for tag in ("1.0", "1.1"):
            if tag == "1.1" and repo in behind:
                continue
            manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                                   "config": {"digest": "sha256:" + hashlib.sha256((repo + tag).encode()).hexdigest(),
                                              "size": 7, "mediaType": "application/vnd.docker.container.image.v1+json"},
                                   "layers": []})
            r.ecr.put_image(repositoryName=f"{PREFIX}/{repo}", imageManifest=manifest, imageTag=tag,
                            imageDigest="sha256:" + hashlib.sha256(manifest.encode()).hexdigest())


def balancer(r, vpc, subnets):
    lb = r.elbv2.create_load_balancer(Name=f"{PREFIX}-alb", Subnets=subnets, Type="application")["LoadBalancers"][0]
    cert = r.acm.request_certificate(DomainName=f"{PREFIX}.example",
                                     SubjectAlternativeNames=[f"*.{PREFIX}.example"])["CertificateArn"]
    groups = {}
    for name, port in (("frontend", 3000), ("backend", 3001), ("grafana", 3000)):
        arn = r.elbv2.create_target_group(Name=f"{PREFIX}-{name}", Protocol="HTTP", Port=port, VpcId=vpc,
                                          TargetType="ip")["TargetGroups"][0]["TargetGroupArn"]
        groups[name] = arn
    r.elbv2.create_listener(LoadBalancerArn=lb["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[
        {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}])
    https = r.elbv2.create_listener(LoadBalancerArn=lb["LoadBalancerArn"], Protocol="HTTPS", Port=443,
                                    Certificates=[{"CertificateArn": cert}],
                                    DefaultActions=[{"Type": "forward", "TargetGroupArn": groups["frontend"]}])
    rules = (("backend", 100, {"Field": "path-pattern", "Values": ["/api/*"]}),
             ("grafana", 90, {"Field": "host-header", "Values": [f"grafana.{PREFIX}.example"]}))
    for name, priority, condition in rules:
        r.elbv2.create_rule(ListenerArn=https["Listeners"][0]["ListenerArn"], Priority=priority, Conditions=[condition],
                            Actions=[{"Type": "forward", "TargetGroupArn": groups[name]}])
    return lb, groups


def services(r, subnets, security, groups, side):
    r.ecs.create_cluster(clusterName=f"{PREFIX}-cluster")
    for name, counts in SERVICES.items():
        image = f"123456789012.dkr.ecr.{r.name}.amazonaws.com/{PREFIX}/{name}:1.1"
        r.ecs.register_task_definition(family=f"{PREFIX}-{name}", networkMode="awsvpc", cpu="256", memory="512",
                                       requiresCompatibilities=["FARGATE"],
                                       containerDefinitions=[{"name": name, "image": image, "essential": True}])
        r.ecs.create_service(cluster=f"{PREFIX}-cluster", serviceName=f"{PREFIX}-{name}", launchType="FARGATE",
                             taskDefinition=f"{PREFIX}-{name}", desiredCount=counts[side],
                             networkConfiguration={"awsvpcConfiguration": {"subnets": subnets,
                                                                         "securityGroups": [security]}})
        if name != "prometheus":  # moto runs Fargate tasks only once a service is updated; one service stays pending
            r.ecs.update_service(cluster=f"{PREFIX}-cluster", service=f"{PREFIX}-{name}", desiredCount=counts[side])
        r.application_autoscaling.register_scalable_target(
            ServiceNamespace="ecs", ResourceId=f"service/{PREFIX}-cluster/{PREFIX}-{name}",
            ScalableDimension="ecs:service:DesiredCount", MinCapacity=counts[side], MaxCapacity=max(2 * counts[side], 1))
        for i in range(counts[side]):
            if name in groups:
                r.elbv2.register_targets(TargetGroupArn=groups[name],
                                         Targets=[{"Id": f"10.{side}.11.{10 + i}", "Port": 3000}])


def metrics(r, lb, series):
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    for namespace, metric, dimension, values in series:
        r.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[
            {"MetricName": metric, "Dimensions": [dimension], "Value": v,
             "Timestamp": now - datetime.timedelta(minutes=len(values) - i)}
            for i, v in enumerate(values)])


def databases(primary, standby):
    common = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "EngineVersion": "15.12", "AllocatedStorage": 20,
              "BackupRetentionPeriod": 7, "StorageEncrypted": True}
    arn = primary.rds.create_db_instance(DBInstanceIdentifier=f"{PREFIX}-db", MasterUsername="app",
                                         MasterUserPassword="not-a-secret-1", **common)["DBInstance"]["DBInstanceArn"]
    standby.rds.create_db_instance_read_replica(DBInstanceIdentifier=f"{PREFIX}-db-dr", SourceDBInstanceIdentifier=arn,
                                                SourceRegion=primary.name)
    primary.rds.create_db_snapshot(DBSnapshotIdentifier=f"{PREFIX}-before-release", DBInstanceIdentifier=f"{PREFIX}-db")


def distribution(endpoint, names):
    """One distribution: pages and API on the primary's balancer (plain moto refuses a behaviour with a group)."""
    origins = [{"Id": region, "DomainName": dns, "CustomOriginConfig": {
        "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}} for region, dns in names.items()]
    behavior = {"TargetOriginId": PRIMARY, "ViewerProtocolPolicy": "redirect-to-https",
                "ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "none"}}, "MinTTL": 0}
    config = {"CallerReference": "estate", "Comment": PREFIX, "Enabled": True,
              "Aliases": {"Quantity": 1, "Items": [f"{PREFIX}.example"]},
              "Origins": {"Quantity": len(origins), "Items": origins},
              "OriginGroups": {"Quantity": 1, "Items": [{
                  "Id": "pages", "FailoverCriteria": {"StatusCodes": {"Quantity": 4, "Items": [500, 502, 503, 504]}},
                  "Members": {"Quantity": 2, "Items": [{"OriginId": PRIMARY}, {"OriginId": STANDBY}]}}]},
              "DefaultCacheBehavior": behavior,
              "CacheBehaviors": {"Quantity": 1, "Items": [{"PathPattern": "/api/*", **behavior}]}}
    return Region(endpoint, PRIMARY).cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]


def build(endpoint):
    names, sides = {}, [Region(endpoint, PRIMARY), Region(endpoint, STANDBY)]
    for side, r in enumerate(sides):
        vpc, subnets, security = network(r, f"10.{side}")
        images(r, behind=("backend",) if side else ())
        lb, groups = balancer(r, vpc, subnets)
        services(r, subnets, security, groups, side)
        names[r.name] = lb["DNSName"]
        arn = lb["LoadBalancerArn"].split("loadbalancer/")[1]
        alb = {"Name": "LoadBalancer", "Value": arn}
        db = {"Name": "DBInstanceIdentifier", "Value": f"{PREFIX}-db" + ("-dr" if side else "")}
        series = [("AWS/RDS", "ReplicaLag", db, LAG)] if side else [
            ("AWS/RDS", "FreeStorageSpace", db, [15e9, 15e9]), ("AWS/RDS", "DatabaseConnections", db, [12.0, 12.0]),
            ("AWS/RDS", "OldestReplicationSlotLag", db, [1024.0, 2048.0]),
            ("AWS/ApplicationELB", "RequestCount", alb, REQUESTS)]
        metrics(r, lb, series)
    databases(*sides)
    for r in sides[:1]:
        r.secretsmanager.create_secret(Name=f"{PREFIX}/db", SecretString="{}", AddReplicaRegions=[{"Region": STANDBY}])
    print(json.dumps({"distribution": distribution(endpoint, names), "prefix": PREFIX, "balancers": names}))


def stamp(t):
    """A time as whole seconds since the epoch, or None."""
    return int(t.timestamp()) if t else None


def pages(client, operation, key, **arguments):
    """Every item of a paginated answer."""
    return [item for page in client.get_paginator(operation).paginate(**arguments) for item in page[key]]


def newest(r, namespace, metric, dimension, value, statistic="Average"):
    end = datetime.datetime.now(datetime.timezone.utc)
    points = r.cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName=metric, Dimensions=[{"Name": dimension, "Value": value}], Period=60,
        StartTime=end - datetime.timedelta(minutes=10), EndTime=end, Statistics=[statistic])["Datapoints"]
    return max(points, key=lambda p: p["Timestamp"])[statistic] if points else None


def database(d):
    return {"status": d["DBInstanceStatus"], "source": d.get("ReadReplicaSourceDBInstanceIdentifier", "").split(":")[-1],
            "engine": d["Engine"], "version": d["EngineVersion"], "class": d["DBInstanceClass"],
            "storage": d["AllocatedStorage"], "retention": d["BackupRetentionPeriod"], "multi_az": d["MultiAZ"],
            "encrypted": d["StorageEncrypted"], "protected": d["DeletionProtection"]}


def balancer_reading(r, b):
    arn = b["LoadBalancerArn"].split("loadbalancer/")[1]
    requests = newest(r, "AWS/ApplicationELB", "RequestCount", "LoadBalancer", arn, "Sum")
    return {"dns": b["DNSName"], "state": b["State"]["Code"],
            "requests_per_second": None if requests is None else requests / 60}


def region_reading(r):
    cluster, out = f"{PREFIX}-cluster", {}
    out["services"] = {s["serviceName"]: {
        "desired": s["desiredCount"], "running": s["runningCount"], "pending": s["pendingCount"],
        "task_definition": s["taskDefinition"].split("/")[-1]}
        for s in r.ecs.describe_services(cluster=cluster, services=[f"{PREFIX}-{n}" for n in SERVICES])["services"]}
    out["scaling"] = {t["ResourceId"].split("/")[-1]: {"min": t["MinCapacity"], "max": t["MaxCapacity"]} for t in
                      pages(r.application_autoscaling, "describe_scalable_targets", "ScalableTargets",
                            ServiceNamespace="ecs")}
    out["targets"] = {g["TargetGroupName"]: sorted(
        f'{t["Target"]["Id"]}:{t["Target"]["Port"]} {t["TargetHealth"]["State"]}' for t in
        r.elbv2.describe_target_health(TargetGroupArn=g["TargetGroupArn"])["TargetHealthDescriptions"])
        for g in pages(r.elbv2, "describe_target_groups", "TargetGroups")}
    out["balancers"] = {b["LoadBalancerName"]: balancer_reading(r, b)
                        for b in pages(r.elbv2, "describe_load_balancers", "LoadBalancers")}
    name = f"{PREFIX}-db" + ("-dr" if r.name == STANDBY else "")
    out["databases"] = {d["DBInstanceIdentifier"]: {
        **database(d), "connections": newest(r, "AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", name),
        "free_storage": newest(r, "AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", name)}
        for d in pages(r.rds, "describe_db_instances", "DBInstances")}
    out["images"] = {repo["repositoryName"]: sorted(
        [i["imageDigest"], i.get("imageTags", []), stamp(i["imagePushedAt"])] for i in
        pages(r.ecr, "describe_images", "imageDetails", repositoryName=repo["repositoryName"]))
        for repo in pages(r.ecr, "describe_repositories", "repositories")}
    out["snapshots"] = {s["DBSnapshotIdentifier"]: [s["Status"], s["SnapshotType"], stamp(s["SnapshotCreateTime"])]
                        for s in pages(r.rds, "describe_db_snapshots", "DBSnapshots")}
    out["certificates"] = {c["DomainName"]: [c["Status"], stamp(c["NotAfter"])] for c in (
        r.acm.describe_certificate(CertificateArn=c["CertificateArn"])["Certificate"] for c in
        pages(r.acm, "list_certificates", "CertificateSummaryList"))}
    who = r.sts.get_caller_identity()
    out["identity"] = {"arn": who["Arn"], "account": who["Account"]}
    return out


def distribution_reading(endpoint):
    cloudfront = Region(endpoint, PRIMARY).cloudfront
    listed = cloudfront.list_distributions()["DistributionList"]["Items"][0]
    config = cloudfront.get_distribution_config(Id=listed["Id"])["DistributionConfig"]
    behaviors = config["CacheBehaviors"].get("Items", []) + [{"PathPattern": "*", **config["DefaultCacheBehavior"]}]
    return {"id": listed["Id"], "status": listed["Status"],
            "origins": {o["Id"]: o["DomainName"] for o in config["Origins"]["Items"]},
            "behaviors": [[b["PathPattern"], b["TargetOriginId"]] for b in behaviors]}


def read(endpoint):
    out = {name: region_reading(Region(endpoint, name)) for name in (PRIMARY, STANDBY)}
    out["distribution"] = distribution_reading(endpoint)
    standby, primary = Region(endpoint, STANDBY), Region(endpoint, PRIMARY)
    out["replication"] = {
        "lag": newest(standby, "AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", f"{PREFIX}-db-dr"),
        "slot_lag": newest(primary, "AWS/RDS", "OldestReplicationSlotLag", "DBInstanceIdentifier", f"{PREFIX}-db"),
        "free_storage": newest(primary, "AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", f"{PREFIX}-db")}
    print(json.dumps(out))


if __name__ == "__main__":
    {"build": build, "read": read}[sys.argv[1]](sys.argv[2])
