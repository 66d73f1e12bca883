package tf

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Import is a resource of the cloud that a root takes into its state with the next apply.
type Import struct {
	To string `json:"to"` // its address in the root
	ID string `json:"id"` // what the provider knows it by
}

// ImportBlock is the block by which a root takes a resource into its state with the next apply.
func ImportBlock(address, id string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %s\n}\n", address, hcl(id))
}

// imports are the blocks of Terraform's own for them, nil for none.
func imports(list []Import) []byte {
	var b bytes.Buffer
	for _, i := range list {
		b.WriteString(ImportBlock(i.To, i.ID))
	}
	if b.Len() == 0 {
		return nil
	}
	return b.Bytes()
}

// hcl is a text as HCL writes it: nothing in it is evaluated.
func hcl(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(s))
}

// named are the types that the provider imports by the name that a plan gives them.
var named = map[string]bool{
	"aws_cloudwatch_log_group": true, "aws_cloudwatch_metric_alarm": true, "aws_db_instance": true, "aws_db_parameter_group": true,
	"aws_db_subnet_group": true, "aws_ecr_repository": true, "aws_ecs_cluster": true, "aws_iam_role": true, "aws_iam_instance_profile": true,
	"aws_kms_alias": true, "aws_s3_bucket": true,
}

// arns are the types that the provider imports by an ARN which follows from the name: service, and what stands before the name.
var arns = map[string][2]string{
	"aws_sns_topic": {"sns", ""}, "aws_iam_policy": {"iam", "policy/"},
}

// Place is where a resource is made, for the ARNs that follow from it.
type Place struct{ Partition, Region, Account string }

// ImportOf is how a resource that a plan would make, but that is there already, is imported; false where its id does not follow from
// what the plan says.
func ImportOf(c Change, at Place) (Import, bool) {
	if c.Name == "" || c.Action != Add {
		return Import{}, false
	}
	if c.Type == "aws_ecs_service" {
		cluster := c.Will["cluster"] // an ARN, or a name
		if cluster == "" {
			return Import{}, false
		}
		return Import{To: c.Address, ID: cluster[strings.LastIndexByte(cluster, '/')+1:] + "/" + c.Name}, true
	}
	if named[c.Type] {
		return Import{To: c.Address, ID: c.Name}, true
	}
	kind, ok := arns[c.Type]
	if !ok || at.Account == "" {
		return Import{}, false
	}
	region := at.Region
	if kind[0] == "iam" {
		region = ""
	}
	return Import{To: c.Address, ID: strings.Join([]string{"arn", at.Partition, kind[0], region, at.Account, kind[1] + c.Name}, ":")}, true
}
