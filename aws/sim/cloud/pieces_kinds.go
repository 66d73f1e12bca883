package cloud

import "time"

// kinds are the types of the stack. One that is not here takes two seconds and leaves no trace in the model.
var kinds map[string]kind

func init() { // its functions read the table
	kinds = map[string]kind{
		"aws_vpc": {id: "vpc-", takes: 12 * time.Second}, "aws_subnet": {id: "subnet-", takes: 11 * time.Second}, "aws_eip": {id: "eipalloc-", takes: 2 * time.Second},
		"aws_internet_gateway": {id: "igw-"}, "aws_nat_gateway": {id: "nat-", takes: 95 * time.Second}, "aws_route_table": {id: "rtb-"}, "aws_route": {id: "r-rtb-"},
		"aws_route_table_association": {id: "rtbassoc-"}, "aws_flow_log": {id: "fl-"}, "aws_vpc_endpoint": {id: "vpce-", takes: 75 * time.Second},
		"aws_vpc_security_group_ingress_rule": {id: "sgr-"}, "aws_vpc_security_group_egress_rule": {id: "sgr-"},
		"aws_efs_file_system": {id: "fs-", takes: 8 * time.Second}, "aws_efs_mount_target": {id: "fsmt-", takes: 92 * time.Second}, "aws_efs_access_point": {id: "fsap-"},
		"aws_service_discovery_private_dns_namespace": {id: "ns-", takes: 45 * time.Second}, "aws_service_discovery_service": {id: "srv-"},
		"aws_s3_bucket_lifecycle_configuration": {takes: 32 * time.Second},
		"aws_kms_alias":                         {name: "name", exists: "creating KMS Alias (%s): operation error KMS: CreateAlias, https response error StatusCode: 400, AlreadyExistsException: An alias with the name %s already exists"},
		"aws_cloudwatch_log_group": {name: "name", takes: 2 * time.Second,
			exists: "creating CloudWatch Logs Log Group (%s): operation error CloudWatch Logs: CreateLogGroup, https response error StatusCode: 400, ResourceAlreadyExistsException: The specified log group already exists"},
		"aws_iam_role": {name: "name", make: makeRole,
			exists: "creating IAM Role (%s): operation error IAM: CreateRole, https response error StatusCode: 409, EntityAlreadyExists: Role with name %s already exists."},
		"aws_db_parameter_group": {name: "name", make: makeParameterGroup, unmake: endParameterGroup,
			exists: "creating RDS DB Parameter Group (%s): operation error RDS: CreateDBParameterGroup, https response error StatusCode: 400, DBParameterGroupAlreadyExists: Parameter group %s already exists"},
		"aws_db_subnet_group": {name: "name", make: makeSubnetGroup, unmake: endSubnetGroup,
			exists: "creating RDS DB Subnet Group (%s): operation error RDS: CreateDBSubnetGroup, https response error StatusCode: 400, DBSubnetGroupAlreadyExists: The DB subnet group '%s' already exists."},
		"aws_sns_topic":      {make: makeTopic},
		"aws_kms_key":        {make: makeKey, takes: 14 * time.Second},
		"aws_s3_bucket":      {name: "bucket", make: makeBucket, find: findBucket, takes: 3 * time.Second, exists: "creating S3 Bucket (%s): operation error S3: CreateBucket, https response error StatusCode: 409, BucketAlreadyOwnedByYou: "},
		"aws_s3_object":      {make: makeObject},
		"aws_security_group": {id: "sg-", make: makeSecurityGroup, unmake: endSecurityGroup, find: findSecurityGroup, takes: 3 * time.Second},
		"aws_ecr_repository": {name: "name", make: makeRepository, find: findRepository,
			exists: "creating ECR Repository (%s): operation error ECR: CreateRepository, https response error StatusCode: 400, RepositoryAlreadyExistsException: The repository with name '%s' already exists in the registry"},
		"aws_ecr_replication_configuration": {make: makeReplication, unmake: endReplication, find: findReplication},
		"aws_db_instance": {name: "identifier", make: makeDatabase, change: changeDatabase, unmake: endDatabase, find: findDatabase,
			exists: "creating RDS DB Instance (%s): operation error RDS: CreateDBInstance, https response error StatusCode: 400, DBInstanceAlreadyExists: DB instance already exists"},
		"aws_db_instance_automated_backups_replication": {make: makeBackups, unmake: endBackups, find: findBackups},
		"aws_secretsmanager_secret": {name: "name", make: makeSecret, unmake: endSecret, find: findSecret,
			exists: "creating Secrets Manager Secret (%s): operation error Secrets Manager: CreateSecret, https response error StatusCode: 400, ResourceExistsException: The operation failed because the secret %s already exists."},
		"aws_acm_certificate":            {make: makeCertificate, unmake: endCertificate, find: findCertificate, takes: 4 * time.Second},
		"aws_acm_certificate_validation": {make: awaitCertificate, find: findAnything},
		"aws_lb":                         {name: "name", make: makeBalancer, change: changeBalancer, unmake: endBalancer, find: findBalancer, takes: 150 * time.Second, exists: "ELBv2 Load Balancer (%s) already exists"},
		"aws_lb_target_group":            {name: "name", make: makeTargetGroup, unmake: endTargetGroup, find: findTargetGroup, exists: "ELBv2 Target Group (%s) already exists"},
		"aws_lb_listener":                {make: makeListener, unmake: endListener},
		"aws_lb_listener_rule":           {make: makeRule, unmake: endRule},
		"aws_ecs_cluster":                {make: makeCluster, unmake: endCluster, find: findCluster, takes: 11 * time.Second},
		"aws_ecs_task_definition":        {make: makeDefinition},
		"aws_ecs_service":                {make: makeService, change: changeService, unmake: endService, find: findService, takes: 5 * time.Second},
		"aws_appautoscaling_target":      {make: makeScaling, change: makeScaling, unmake: endScaling, find: findScaling},
		"aws_cloudwatch_metric_alarm":    {make: makeAlarm, change: makeAlarm, unmake: endAlarm, find: findAlarm},
		"aws_cloudfront_distribution":    {make: makeDistribution, change: changeDistribution, unmake: endDistribution, find: findDistribution},
	}
}

// findAnything is the answer for what a refresh never misses.
func findAnything(*World, *Region, Piece) map[string]any { return map[string]any{} }
