# Where the number is kept. What Redis loses or forgets may be given out a second time.

locals {
  redis_replicated = var.redis == "replication-group"
  redis_version    = "7.1"
  redis_port       = 6379
  redis_secret     = "${var.name}/redis-auth"

  # Of a replication group the name of the primary, whoever that is: a fail-over moves the name.
  redis_host = (local.redis_replicated
    ? one(aws_elasticache_replication_group.redis[*].primary_endpoint_address)
    : one(aws_elasticache_cluster.redis[*].cache_nodes[0].address)
  )
  redis_url = "${local.redis_replicated ? "rediss" : "redis"}://${local.redis_host}:${local.redis_port}" # rediss: TLS
}

resource "aws_elasticache_subnet_group" "redis" {
  name       = var.name
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_elasticache_parameter_group" "redis" {
  name        = "${var.name}-redis7"
  family      = "redis7"
  description = "Refuses writes when memory is full"

  # The default evicts: the number would be dropped to make room, and counting would begin anew.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "redis" {
  count = local.redis_replicated ? 1 : 0

  replication_group_id = var.name
  description          = "The number of ${var.name}"
  engine               = "redis"
  engine_version       = local.redis_version
  node_type            = var.redis_node_type
  port                 = local.redis_port
  parameter_group_name = aws_elasticache_parameter_group.redis.name
  subnet_group_name    = aws_elasticache_subnet_group.redis.name
  security_group_ids   = [aws_security_group.redis.id]

  # A lost node or zone is answered by promoting a replica in another zone, without anybody waking up. Replication does
  # not wait for replicas, so the last numbers may be unknown to the new primary; the counter skips ahead of them
  # (--failover-skip).
  num_cache_clusters         = var.redis_node_count
  automatic_failover_enabled = true
  multi_az_enabled           = true

  transit_encryption_enabled = true
  transit_encryption_mode    = "required" # "preferred" would accept the token in clear
  at_rest_encryption_enabled = true

  auth_token                 = one(data.aws_secretsmanager_secret_version.redis[*].secret_string)
  auth_token_update_strategy = "ROTATE" # the old token works beside the new one, until pods have the new one

  # Daily, and kept for a week: the way back from a deleted key or a mistaken FLUSHALL.
  snapshot_window          = "01:00-02:00"
  snapshot_retention_limit = 7
  maintenance_window       = "sun:03:00-sun:04:00" # UTC; what needs a restart waits for it
}

# One node: when it fails or is maintained there are no numbers, and what it held since the last snapshot is forgotten.
# AWS offers neither TLS nor a token for it; its security group is its only guard.
resource "aws_elasticache_cluster" "redis" {
  count = local.redis_replicated ? 0 : 1

  cluster_id           = var.name
  engine               = "redis"
  engine_version       = local.redis_version
  node_type            = var.redis_node_type
  num_cache_nodes      = 1
  port                 = local.redis_port
  parameter_group_name = aws_elasticache_parameter_group.redis.name
  subnet_group_name    = aws_elasticache_subnet_group.redis.name
  security_group_ids   = [aws_security_group.redis.id]

  snapshot_window          = "01:00-02:00"
  snapshot_retention_limit = 7
  maintenance_window       = "sun:03:00-sun:04:00"
}

# The token. AWS generates it and Secrets Manager keeps it; on the way between them it is stored nowhere. ElastiCache's
# argument is not write-only in this provider, so reading the token back for it puts it into the state, marked
# sensitive: hence the encrypted backend in versions.tf.

ephemeral "aws_secretsmanager_random_password" "redis" {
  count = local.redis_replicated ? 1 : 0

  password_length     = 64
  exclude_punctuation = true # ElastiCache refuses most of it
}

resource "aws_secretsmanager_secret" "redis" {
  count = local.redis_replicated ? 1 : 0

  name                    = local.redis_secret
  description             = "AUTH token of the Redis of ${var.name}"
  recovery_window_in_days = 0 # or its name stays taken for weeks after a destroy, and without its Redis it is no secret
}

resource "aws_secretsmanager_secret_version" "redis" {
  count = local.redis_replicated ? 1 : 0

  secret_id                = aws_secretsmanager_secret.redis[0].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.redis[0].random_password
  secret_string_wo_version = var.redis_auth_version
}

data "aws_secretsmanager_secret_version" "redis" {
  count = local.redis_replicated ? 1 : 0

  secret_id  = aws_secretsmanager_secret_version.redis[0].secret_id
  version_id = aws_secretsmanager_secret_version.redis[0].version_id
}
