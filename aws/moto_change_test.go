package aws_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/fault"
)

// motoOperator makes, with boto3, what changing needs beside motoEstate: roles, a bucket, a group that nobody gets into.
// Arguments: the endpoint. It prints the group.
const motoOperator = `
import boto3, json, sys
of = lambda name: boto3.client(name, region_name="us-west-2", endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b")
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]})
of("iam").create_role(RoleName="ops-change", AssumeRolePolicyDocument=trust)
of("s3").create_bucket(Bucket="shop-state", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
vpc = of("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
print(of("ec2").create_security_group(GroupName="isolated", Description="nobody", VpcId=vpc)["GroupId"])
`

// boto runs a Python program against an emulator and gives what it prints.
func boto(t *testing.T, program, url string) string {
	t.Helper()
	out, err := exec.Command(need(t, "python3", "install Python and boto3"), "-W", "ignore", "-c", program, url).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestTheChangesAreThoseThatAnEmulatorOfOthersKnows(t *testing.T) {
	hermetic(t)
	url := moto(t)
	boto(t, motoEstate, url)
	group := boto(t, motoOperator, url)
	a := &asked{}
	s := motoSpec(url, west)
	s.Asked = a.note
	by, err := aws.NewOperator(s, aws.OperatorSpec{RoleARN: "arn:aws:iam::123456789012:role/ops-change"})
	if err != nil {
		t.Fatal(err)
	}
	c := changer(t, s, by)
	t.Run("services", func(t *testing.T) { motoServices(t, c) })
	t.Run("database", func(t *testing.T) { motoDatabase(t, c, group) })
	t.Run("alarm", func(t *testing.T) { motoAlarm(t, c) })
	t.Run("operator", func(t *testing.T) {
		id, err := by.Identity(t.Context())
		want(t, "who changes", []any{id.ARN, id.Account, id.Name, err}, []any{"arn:aws:sts::123456789012:assumed-role/ops-change/lifeboat", "123456789012", "ops-change", nil})
		assumed := 0
		for _, op := range a.take() {
			if op == "sts:AssumeRole" {
				assumed++
			}
		}
		want(t, "times the role was assumed", assumed, 1)
	})
}

func motoServices(t *testing.T, c *aws.Changer) {
	ctx, grace := t.Context(), 10*time.Minute
	for what, err := range map[string]error{
		"scaling": c.SetScaling(ctx, "shop", "shop-03", 0, 0), "fence": c.SetDesired(ctx, "shop", "shop-03", 0, nil),
		"more": c.SetDesired(ctx, "shop", "shop-04", 3, nil), "grace": c.SetGrace(ctx, "shop", "shop-05", grace), "deploy": c.Deploy(ctx, "shop", "shop-06"),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	services, err := c.Services(ctx, "shop", []string{"shop-11", "nothing", "shop-03", "shop-04"})
	if err != nil || len(services) != 3 {
		t.Fatalf("%v: %+v", err, services)
	}
	want(t, "first", services[0].Name, "shop-11")
	want(t, "counts", []int{services[0].Desired, services[1].Desired, services[1].Running, services[2].Desired}, []int{1, 0, 0, 3})
	targets, err := c.Scaling(ctx, "shop", []string{"shop-03", "shop-04"})
	want(t, "scaling", fmt.Sprint(targets, err), "[{shop shop-03 0 0} {shop shop-04 1 9}] <nil>")
	tasks, err := c.Tasks(ctx, "shop", "shop-03")
	want(t, "tasks", fmt.Sprint(tasks, err), "0 <nil>")
	d, err := c.Definition(ctx, services[0].DefinitionARN)
	want(t, "definition", fmt.Sprint(d.Family, d.Images, err), "web[shop/web:1] <nil>")
	wantKind(t, "no such service", c.Deploy(ctx, "shop", "nothing"), fault.NotFound)
}

func motoDatabase(t *testing.T, c *aws.Changer, group string) {
	ctx := t.Context()
	d, err := c.Database(ctx, "shop-db-dr")
	want(t, "a replica", fmt.Sprint(d.Writer(), err), "false <nil>")
	if err := c.Promote(ctx, "shop-db-dr", 5); err != nil {
		t.Error(err)
	}
	if err := c.Protect(ctx, "shop-db-dr", &week, &yes); err != nil {
		t.Error(err)
	}
	if err := c.SetGroups(ctx, "shop-db-dr", []string{group}); err != nil {
		t.Error(err)
	}
	d, err = c.Database(ctx, "shop-db-dr")
	want(t, "protected and isolated", fmt.Sprint(d.RetentionDays, d.MultiAZ, d.Groups, err), fmt.Sprintf("7 true [%s] <nil>", group))
	_, err = c.Database(ctx, "nothing")
	wantKind(t, "no such instance", err, fault.NotFound)
	lag, err := c.Metric(ctx, "ReplicaLag", "shop-db-dr", time.Now().Add(-10*time.Minute))
	if err != nil || len(lag) != 2 || lag[0].Value != 1.5 || lag[1].Value != -1 {
		t.Errorf("the lag is %v (%v)", lag, err)
	}
}

func motoAlarm(t *testing.T, c *aws.Changer) {
	if err := c.Alarm(t.Context(), lagAlarm); err != nil {
		t.Fatal(err)
	}
	got, err := c.Alarms(t.Context(), []string{"nothing", "lag"})
	if err != nil || len(got) != 1 {
		t.Fatalf("%v: %+v", err, got)
	}
	got[0].State, got[0].Since = "", time.Time{}
	want(t, "alarm", got[0], lagAlarm)
}

func TestABucketOfAnEmulatorOfOthersKeepsJournalsAndLeases(t *testing.T) {
	hermetic(t)
	url := moto(t)
	boto(t, `import boto3, sys
boto3.client("s3", region_name="us-west-2", endpoint_url=sys.argv[1], aws_access_key_id="a", aws_secret_access_key="b").create_bucket(
    Bucket="shop-state", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})`, url)
	b := bucket(t, aws.Spec{Region: west, Endpoint: url}, nil, "shop-state")
	journals(t, b, time.Now)
	oneWins(t, b, 5)
	_, err := bucket(t, aws.Spec{Region: west, Endpoint: url}, nil, "shop-nothing").Get(t.Context(), "lease")
	wantKind(t, "no such bucket", err, fault.NotFound)
}
