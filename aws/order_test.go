package aws_test

import (
	"testing"
	"time"

	"lifeboat/aws"
)

func TestWhatComesInAnyOrderIsReadInOurs(t *testing.T) {
	p := still(t, 4)
	p.meddle("ecs:DescribeServices", say(200, `{"services": [{"serviceName": "b"}, {"serviceName": "a", "events": [
		{"id": "1", "createdAt": 1, "message": "older"}, {"id": "2", "createdAt": 2, "message": "newer"}]}]}`))
	p.meddle("rds:DescribeDBInstances", say(200, `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>
		<DBInstance><DBInstanceIdentifier>b</DBInstanceIdentifier></DBInstance><DBInstance><DBInstanceIdentifier>a</DBInstanceIdentifier></DBInstance>
		</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`))
	p.meddle("elasticloadbalancing:DescribeListeners", say(200, `<DescribeListenersResponse><DescribeListenersResult><Listeners>
		<member><Port>443</Port></member><member><Port>80</Port></member></Listeners></DescribeListenersResult></DescribeListenersResponse>`))
	p.meddle("elasticloadbalancing:DescribeTargetHealth", say(200, `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>
		<member><Target><Id>b</Id><Port>1</Port></Target></member><member><Target><Id>a</Id><Port>2</Port></Target></member>
		<member><Target><Id>a</Id><Port>1</Port></Target></member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`))
	s := at(p.spec(east))
	s.Clusters, s.Databases = []aws.ClusterSpec{{Name: "c", Services: []string{"a", "b"}}}, []string{"a", "b"}
	r := reader(t, s)
	f, slow := r.Fast(t.Context(), aws.Fast{}), r.Slow(t.Context(), aws.Slow{})
	wantNoErrors(t, errorsOf(f))
	services, databases, listeners := f.Services.Value, f.Databases.Value, slow.Listeners.Value
	want(t, "services", []string{services[0].Name, services[1].Name}, []string{"a", "b"})
	want(t, "newest event", services[0].Events[0].Message, "newer")
	want(t, "databases", []string{databases[0].ID, databases[1].ID}, []string{"a", "b"})
	want(t, "targets", f.Targets[backend].Value.Targets, []aws.Target{{ID: "a", Port: 1}, {ID: "a", Port: 2}, {ID: "b", Port: 1}})
	want(t, "listeners", []int{listeners[0].Port, listeners[1].Port}, []int{80, 443})
}

func TestSnapshotsCountByTheTimeOfTheirData(t *testing.T) {
	p := still(t, 4)
	p.meddle("rds:DescribeDBSnapshots", say(200, `<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><DBSnapshots>
		<DBSnapshot><DBSnapshotIdentifier>old data copied today</DBSnapshotIdentifier><SnapshotCreateTime>2026-11-23T10:00:00Z</SnapshotCreateTime>
			<OriginalSnapshotCreateTime>2026-11-01T10:00:00Z</OriginalSnapshotCreateTime><SourceRegion>us-east-1</SourceRegion></DBSnapshot>
		<DBSnapshot><DBSnapshotIdentifier>taken here yesterday</DBSnapshotIdentifier><SnapshotCreateTime>2026-11-22T10:00:00Z</SnapshotCreateTime>
			<SourceRegion>us-west-2</SourceRegion></DBSnapshot>
		<DBSnapshot><DBSnapshotIdentifier>being taken</DBSnapshotIdentifier><Status>creating</Status><PercentProgress>3</PercentProgress></DBSnapshot>
		</DBSnapshots></DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>`))
	slow := reader(t, at(p.spec(west))).Slow(t.Context(), aws.Slow{})
	yesterday := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	want(t, "snapshots", slow.Snapshots.Value, []aws.DBSnapshot{
		{ID: "taken here yesterday", Created: yesterday, Original: yesterday},
		{ID: "old data copied today", Created: yesterday.AddDate(0, 0, 1), Original: time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC), SourceRegion: east},
		{ID: "being taken", Status: "creating", Percent: 3},
	})
}

func TestAQuotaThatNobodyAppliedForIsAWSsDefault(t *testing.T) {
	p := still(t, 4)
	p.meddle("servicequotas:GetServiceQuota", say(400, `{"__type": "NoSuchResourceException"}`))
	p.meddle("servicequotas:GetAWSDefaultServiceQuota", say(200, `{"Quota": {"ServiceCode": "fargate", "QuotaCode": "L-3032A538", "QuotaName": "vCPU", "Value": 6}}`))
	slow := reader(t, at(p.spec(west))).Slow(t.Context(), aws.Slow{})
	want(t, "quotas", slow.Quotas.Value, []aws.Quota{{Service: "fargate", Code: "L-3032A538", Name: "vCPU", Value: 6}})
}

func TestWhatAListenerDoesAtItsEndIsSaid(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/0123"
	for actions, words := range map[string]string{
		"": "",
		"<member><TargetGroupArn>" + arn + "</TargetGroupArn></member>":                                                                                                                                           "forward to web",
		"<member><FixedResponseConfig><StatusCode>503</StatusCode></FixedResponseConfig></member>":                                                                                                                "fixed 503",
		"<member><RedirectConfig><Protocol>HTTPS</Protocol><Port>443</Port></RedirectConfig></member>":                                                                                                            "redirect to HTTPS:443",
		"<member><ForwardConfig><TargetGroups><member><TargetGroupArn>" + arn + "</TargetGroupArn></member></TargetGroups></ForwardConfig></member>":                                                              "forward to web",
		"<member><ForwardConfig><TargetGroups><member><TargetGroupArn>" + arn + "</TargetGroupArn></member><member><TargetGroupArn>" + arn + "</TargetGroupArn></member></TargetGroups></ForwardConfig></member>": "forward to web, web",
		"<member><Order>2</Order><FixedResponseConfig><StatusCode>200</StatusCode></FixedResponseConfig></member><member><Order>1</Order><Type>authenticate-oidc</Type></member>":                                 "fixed 200",
	} {
		p := still(t, 4)
		p.meddle("elasticloadbalancing:DescribeListeners", say(200, "<DescribeListenersResponse><DescribeListenersResult><Listeners><member><DefaultActions>"+
			actions+"</DefaultActions></member></Listeners></DescribeListenersResult></DescribeListenersResponse>"))
		slow := reader(t, at(p.spec(east))).Slow(t.Context(), aws.Slow{})
		want(t, "after "+actions, slow.Listeners.Value[0].Default, words)
	}
}

func TestACertificateOfIAMIsNotAskedOfACM(t *testing.T) {
	p := still(t, 4)
	const arn = "arn:aws:iam::1:server-certificate/old"
	p.meddle("elasticloadbalancing:DescribeListenerCertificates", say(200, `<DescribeListenerCertificatesResponse><DescribeListenerCertificatesResult>
		<Certificates><member><CertificateArn>`+arn+`</CertificateArn></member></Certificates></DescribeListenerCertificatesResult></DescribeListenerCertificatesResponse>`))
	slow := reader(t, at(p.spec(east))).Slow(t.Context(), aws.Slow{})
	wantNoErrors(t, errorsOfSlow(slow))
	want(t, "number of certificates", []int{len(slow.Listeners.Value[1].Certificates), len(slow.Certificates.Value)}, []int{2, 1})
}

func TestASlowRefreshLeavesRoomForTheFastOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := open(t, 4)
		most := p.countAtOnce(100 * time.Millisecond)
		reader(t, p.spec(east)).Slow(t.Context(), aws.Slow{})
		want(t, "calls at once", most(), 4)
	})
}
