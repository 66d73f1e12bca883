package dr

import "time"

// List prices in us-east-1 and us-west-2, in US dollars: AWS's public price list, as of priceDate. Other regions differ, and so does
// what was negotiated, and the free tier: every figure made of them is a guide.
const (
	priceDate = "November 2026"
	month     = 730 * time.Hour

	vCPUHour    = 0.04048 // Fargate on Linux/x86
	gibHour     = 0.004445
	armVCPUHour = 0.03238 // on Linux/ARM
	armGiBHour  = 0.00356

	natHour      = 0.045
	balancerHour = 0.0225
	addressHour  = 0.005 // a public IPv4 address, in use or not
	endpointHour = 0.01  // an interface endpoint, in each zone

	storageMonth     = 0.115 // a GB of RDS's gp3; twice with a second zone
	keyMonth         = 1.0
	secretMonth      = 0.40
	alarmMonth       = 0.10
	zoneMonth        = 0.50 // a hosted zone of Route 53
	healthCheckMonth = 1.50 // Route 53's, of an AWS endpoint over HTTPS
)

// classHour is what a PostgreSQL instance in one zone costs, by class; twice with a second zone.
var classHour = map[string]float64{
	"db.t3.micro": 0.018, "db.t3.small": 0.036, "db.t3.medium": 0.072, "db.t3.large": 0.145, "db.t3.xlarge": 0.29, "db.t3.2xlarge": 0.579,
	"db.t4g.micro": 0.016, "db.t4g.small": 0.032, "db.t4g.medium": 0.065, "db.t4g.large": 0.129, "db.t4g.xlarge": 0.258, "db.t4g.2xlarge": 0.517,
	"db.m5.large": 0.178, "db.m5.xlarge": 0.356, "db.m5.2xlarge": 0.712, "db.m5.4xlarge": 1.424,
	"db.m6g.large": 0.159, "db.m6g.xlarge": 0.318, "db.m6g.2xlarge": 0.636, "db.m6g.4xlarge": 1.272,
	"db.r5.large": 0.25, "db.r5.xlarge": 0.50, "db.r5.2xlarge": 1.00, "db.r5.4xlarge": 2.00,
	"db.r6g.large": 0.225, "db.r6g.xlarge": 0.45, "db.r6g.2xlarge": 0.899, "db.r6g.4xlarge": 1.798,
}

// fargateMonth is what a task costs that runs for a month.
func fargateMonth(vCPU, gib float64, arm bool) float64 {
	if arm {
		return (vCPU*armVCPUHour + gib*armGiBHour) * month.Hours()
	}
	return (vCPU*vCPUHour + gib*gibHour) * month.Hours()
}

// byUse are the resource types whose price is that of their use, which no plan tells, and what is used.
var byUse = map[string][2]string{
	"aws_cloudwatch_log_group":                      {"log group", "a GB that is written, stored and read"},
	"aws_ecs_cluster":                               {"cluster with insights", "a metric"},
	"aws_ecr_repository":                            {"image repository", "a GB of images, and their way between regions"},
	"aws_s3_bucket":                                 {"bucket", "a GB and a request"},
	"aws_backup_vault":                              {"vault of snapshots", "a GB that is kept, and its way between regions"},
	"aws_efs_file_system":                           {"file system", "a GB that is stored, and backed up"},
	"aws_cloudfront_distribution":                   {"distribution", "a GB and a request that users make"},
	"aws_db_instance_automated_backups_replication": {"copy of the backups", "a GB of snapshots and logs, and its way between regions"},
	"aws_lambda_function":                           {"function", "a call and its time"},
	"aws_db_snapshot":                               {"snapshot", "a GB"},
}

// free are the resource types that cost nothing by themselves: what is sent through a topic is free up to a thousand letters a month.
var free = []string{
	"aws_backup_plan", "aws_backup_selection", "aws_backup_vault_notifications", "aws_sns_topic_policy",
	"aws_acm_certificate", "aws_acm_certificate_validation", "aws_appautoscaling_policy", "aws_appautoscaling_scheduled_action",
	"aws_appautoscaling_target", "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_db_parameter_group",
	"aws_db_subnet_group", "aws_default_security_group", "aws_ecr_lifecycle_policy", "aws_ecr_replication_configuration",
	"aws_ecs_cluster_capacity_providers", "aws_ecs_service", "aws_ecs_task_definition", "aws_efs_access_point", "aws_efs_backup_policy",
	"aws_efs_mount_target", "aws_flow_log", "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment",
	"aws_iam_service_linked_role", "aws_internet_gateway", "aws_kms_alias", "aws_lambda_permission", "aws_lb_listener",
	"aws_lb_listener_rule", "aws_lb_target_group", "aws_route", "aws_route_table", "aws_route_table_association",
	"aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy",
	"aws_s3_bucket_public_access_block", "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning", "aws_s3_object",
	"aws_scheduler_schedule", "aws_scheduler_schedule_group", "aws_secretsmanager_secret_version", "aws_security_group",
	"aws_service_discovery_service", "aws_sns_topic", "aws_sns_topic_subscription", "aws_subnet", "aws_vpc",
	"aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule",
}
