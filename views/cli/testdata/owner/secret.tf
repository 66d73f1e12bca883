resource "aws_secretsmanager_secret" "database" {
  name        = "shop/database"
  description = "User and password of the database"
}
