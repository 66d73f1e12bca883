resource "aws_db_subnet_group" "data" {
  name       = "shop-data"
  subnet_ids = [for s in aws_subnet.data : s.id]
}

resource "aws_db_parameter_group" "main" {
  name   = "shop-settings"
  family = "postgres15"

  parameter {
    name  = "log_min_duration_statement"
    value = "500"
  }
}
