resource "aws_db_instance" "main" {
  identifier           = "shop-db"
  engine               = "postgres"
  engine_version       = "15.12"
  instance_class       = "db.t3.micro"
  allocated_storage    = 20
  storage_type         = "gp3"
  storage_encrypted    = true
  kms_key_id           = aws_kms_key.data.arn
  db_name              = "shop"
  username             = "app"
  password_wo          = "correcthorsebatterystaple"
  password_wo_version  = 1
  db_subnet_group_name = aws_db_subnet_group.data.name
  parameter_group_name = aws_db_parameter_group.main.name
  skip_final_snapshot  = true

  vpc_security_group_ids = [aws_security_group.data.id]
}
