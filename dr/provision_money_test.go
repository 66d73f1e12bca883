package dr

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lifeboat/tf"
)

// savedPlan is a resource that a plan makes, with attributes written "name=value".
func made(kind string, attributes ...string) tf.Change {
	c := tf.Change{Address: kind + ".this", Type: kind, Action: tf.Add, Will: map[string]string{}}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		c.Will[name] = value
	}
	return c
}

// taken is the same resource destroyed.
func taken(c tf.Change) tf.Change {
	c.Action, c.Was, c.Will = tf.Destroy, c.Will, nil
	return c
}

// became is a resource that is another one after the plan.
func became(action tf.Action, was, will tf.Change) tf.Change {
	will.Action, will.Was = action, was.Will
	return will
}

// fargate is a service of so many tasks of the smallest size.
func fargate(name string, floor int) []tf.Change {
	list := []tf.Change{
		made("aws_ecs_task_definition", "cpu=256", "memory=512", "runtime_platform[0].cpu_architecture=X86_64"),
		made("aws_ecs_service", "desired_count=9"), made("aws_appautoscaling_target", fmt.Sprintf("min_capacity=%d", floor), "max_capacity=6"),
	}
	for i := range list {
		list[i].Module = "module.service[\"" + name + "\"]"
	}
	return list
}

// bills are lines as "WHAT MONTHLY", what is not known as "WHAT ?".
func bills(lines []MoneyLine) string {
	var all []string
	for _, l := range lines {
		price := "?"
		if l.Known {
			price = fmt.Sprintf("%.2f", l.Monthly)
		}
		all = append(all, l.What+" "+price)
	}
	return strings.Join(all, "; ")
}

func TestWhatAPlanAddsIsSummedByKind(t *testing.T) {
	for want, changes := range map[string][]tf.Change{
		"2 NAT gateways 65.70; 2 public addresses 7.30":                {made("aws_nat_gateway"), made("aws_eip"), made("aws_nat_gateway"), made("aws_eip")},
		"1 load balancer 16.43; 2 public addresses 7.30":               {made("aws_lb", "internal=false", "subnets[0]=", "subnets[1]=")},
		"1 load balancer 16.43":                                        {made("aws_lb", "internal=true", "subnets[0]=", "subnets[1]=")},
		"1 load balancer 16.43; 1 load balancer's public addresses ?":  {made("aws_lb", "subnets=")},
		"1 database db.t3.micro 13.14; 20 GB of database storage 2.30": {made("aws_db_instance", "engine=postgres", "instance_class=db.t3.micro", "allocated_storage=20")},
		"1 database db.t3.micro in two zones 26.28; 20 GB of database storage in two zones 4.60": {
			made("aws_db_instance", "instance_class=db.t3.micro", "allocated_storage=20", "multi_az=true")},
		"1 database db.t3.micro 13.14; 1 database's storage ?":             {made("aws_db_instance", "instance_class=db.t3.micro", "allocated_storage=")},
		"1 database db.x9.huge ?; 1 database's storage ?":                  {made("aws_db_instance", "instance_class=db.x9.huge")},
		"20 GB of database storage 2.30; 1 database db.t3.micro (mysql) ?": {made("aws_db_instance", "engine=mysql", "instance_class=db.t3.micro", "allocated_storage=20")},
		"8 interface endpoints in a zone 58.40": {
			made("aws_vpc_endpoint", "vpc_endpoint_type=Interface", "subnet_ids[0]=", "subnet_ids[1]="), made("aws_vpc_endpoint", "vpc_endpoint_type=Interface", "subnet_ids[0]=", "subnet_ids[1]="),
			made("aws_vpc_endpoint", "vpc_endpoint_type=Interface", "subnet_ids[0]=", "subnet_ids[1]="), made("aws_vpc_endpoint", "vpc_endpoint_type=Interface", "subnet_ids[0]=", "subnet_ids[1]="),
			made("aws_vpc_endpoint", "vpc_endpoint_type=Gateway")},
		"2 tasks of 0.25 vCPU and 0.5 GiB 18.02": slices.Concat(fargate("backend", 1), fargate("frontend", 1)),
		"2 keys 2.00; 2 secrets 0.80; 3 alarms 0.30": {made("aws_kms_key"), made("aws_kms_key"), made("aws_secretsmanager_secret", "replica[0].region=us-west-2", "replica[0].kms_key_id="),
			made("aws_cloudwatch_metric_alarm"), made("aws_cloudwatch_metric_alarm"), made("aws_cloudwatch_metric_alarm")},
		"2 log groups ?; 1 distribution ?; 2 copies of the backups ?": {made("aws_cloudwatch_log_group"), made("aws_cloudwatch_log_group"), made("aws_cloudfront_distribution"),
			made("aws_db_instance_automated_backups_replication"), made("aws_db_instance_automated_backups_replication")},
		"1 aws_quantum_computer ?": {made("aws_quantum_computer")},
		"":                         {made("aws_vpc"), made("aws_subnet"), {Type: "aws_nat_gateway", Action: tf.Forget, Was: map[string]string{}}, {Type: "aws_nat_gateway", Action: tf.Adopt, Will: map[string]string{}}},
	} {
		if got := bills(Money(changes)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTheDifferenceIsWhatComesLessWhatGoes(t *testing.T) {
	micro := made("aws_db_instance", "instance_class=db.t3.micro", "allocated_storage=20")
	small := made("aws_db_instance", "instance_class=db.t3.small", "allocated_storage=20")
	anew := made("aws_db_instance", "instance_class=db.t3.micro", "allocated_storage=")
	services := fargate("backend", 1)
	grown := fargate("backend", 3)
	for want, changes := range map[string][]tf.Change{
		"":                          {became(tf.Replace, micro, anew)},
		"1 NAT gateway less -32.85": {taken(made("aws_nat_gateway"))},
		"1 database db.t3.small 26.28; 1 database db.t3.micro less -13.14": {became(tf.Update, micro, small)},
		"1 task of 0.25 vCPU and 0.5 GiB less -9.01":                       {taken(services[0]), taken(services[1]), taken(services[2])},
		"2 tasks ?":               {became(tf.Update, services[2], grown[2])},
		"1 other size of tasks ?": {became(tf.Replace, services[0], made("aws_ecs_task_definition", "cpu=512", "memory=1024"))},
		"1 task of 0.5 vCPU and 1 GiB 18.02; 1 task of 0.25 vCPU and 0.5 GiB less -9.01": {
			became(tf.Replace, services[0], inModule(services[0].Module, made("aws_ecs_task_definition", "cpu=512", "memory=1024"))), became(tf.Update, services[2], services[2])},
	} {
		if got := bills(Money(changes)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func inModule(module string, c tf.Change) tf.Change {
	c.Module = module
	return c
}

func TestTasksOnARMAreCheaper(t *testing.T) {
	list := fargate("backend", 1)
	list[0].Will["runtime_platform[0].cpu_architecture"] = "ARM64"
	if got := bills(Money(list)); got != "1 task of 0.25 vCPU and 0.5 GiB 7.21" {
		t.Error(got)
	}
}

func TestADefinitionWithoutAServiceRunsNothing(t *testing.T) {
	if got := bills(Money(fargate("backend", 1)[:1])); got != "" {
		t.Error(got)
	}
}

// The owners' table of the three strategies. Its totals are not the sums of its items, and it has no public addresses, which AWS has
// charged for since February 2024: they are lines of their own here.
func TestTheThreeStrategiesCostWhatTheirOwnersMeasured(t *testing.T) {
	network := []tf.Change{made("aws_nat_gateway"), made("aws_eip")}
	balancer := made("aws_lb", "internal=false", "subnets[0]=", "subnets[1]=")
	copies := []tf.Change{made("aws_db_instance_automated_backups_replication"), made("aws_ecr_repository")}
	for name, c := range map[string]struct {
		changes     []tf.Change
		least, most float64
		unknown     string
	}{
		"A, a warm standby": {
			slices.Concat(network, []tf.Change{balancer, made("aws_db_instance", "instance_class=db.t3.micro", "allocated_storage="), made("aws_efs_file_system")}, fargate("backend", 1), fargate("frontend", 1)),
			80, 100, "1 database's storage, 1 file system",
		},
		"B, a cold standby": {slices.Concat(network, []tf.Change{balancer}, copies), 49, 60, "1 copy of the backups, 1 image repository"},
		"C, a pilot light":  {copies, 0, 5, "1 copy of the backups, 1 image repository"},
	} {
		var addresses float64
		lines := Money(c.changes)
		for _, l := range lines {
			if strings.Contains(l.What, "public address") {
				addresses += l.Monthly
			}
		}
		sum, unknown := MoneySum(lines)
		if sum-addresses < c.least || sum-addresses > c.most || strings.Join(unknown, ", ") != c.unknown {
			t.Errorf("%s: %.2f and %.2f for addresses, want %.0f to %.0f; unknown %q", name, sum-addresses, addresses, c.least, c.most, unknown)
		}
	}
}

func TestABillIsSaidInALine(t *testing.T) {
	for want, changes := range map[string][]tf.Change{
		"about $33 a month more by list prices of November 2026":                                                           {made("aws_nat_gateway")},
		"about $33 a month less by list prices of November 2026":                                                           {taken(made("aws_nat_gateway"))},
		"nothing more a month; what comes by use is not known: 1 log group":                                                {made("aws_cloudwatch_log_group")},
		"about $33 a month more by list prices of November 2026; what comes by use is not known: 1 bucket and 1 log group": {made("aws_nat_gateway"), made("aws_s3_bucket"), made("aws_cloudwatch_log_group")},
		"nothing more a month": nil,
	} {
		if got := MoneyWords(Money(changes)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestEveryPriceSaysWhereItIsFrom(t *testing.T) {
	lines := Money(slices.Concat(fargate("a", 1), []tf.Change{made("aws_nat_gateway"), made("aws_s3_bucket"), made("aws_db_instance", "instance_class=db.t3.micro")}))
	for _, l := range lines {
		if l.Known != strings.Contains(l.From, "list price of us-east-1 and us-west-2, November 2026") || l.From == "" || !l.Known && l.Monthly != 0 {
			t.Errorf("%+v", l)
		}
	}
	if total, _ := MoneySum(lines); math.Abs(total-(9.01+32.85+13.14)) > 0.001 {
		t.Errorf("%.3f", total)
	}
}

var resourceBlock = regexp.MustCompile(`(?m)^resource "([a-z0-9_]+)"`)

func TestEveryResourceOfTheStackHasAPriceIsFreeOrIsPaidByUse(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../tf/stack", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".tf") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range resourceBlock.FindAllStringSubmatch(string(text), -1) {
			seen++
			for _, l := range Money([]tf.Change{made(m[1], "instance_class=db.t3.micro")}) {
				if l.From == "Lifeboat has no price of it" {
					t.Errorf("%s in %s has no price", m[1], path)
				}
			}
		}
		return nil
	})
	if err != nil || seen < 50 {
		t.Errorf("%d resources, %v", seen, err)
	}
}
