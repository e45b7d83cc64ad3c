# Activity 12.01: a Redis node for the application, added to Exercise 12.02.
resource "aws_security_group" "redis" {
  name        = "terraform-eks-demo-redis"
  description = "Redis, for the worker nodes alone"
  vpc_id      = aws_vpc.demo.id

  ingress {
    description     = "Redis from the worker nodes"
    from_port       = 6379
    to_port         = 6379
    protocol        = "tcp"
    security_groups = [aws_security_group.demo-node.id]
  }
}

resource "aws_elasticache_subnet_group" "redis" {
  name       = "terraform-eks-demo-redis"
  subnet_ids = aws_subnet.demo.*.id
}

resource "aws_elasticache_cluster" "redis" {
  cluster_id           = "terraform-eks-demo"
  engine               = "redis"
  engine_version       = "7.0"
  node_type            = "cache.t3.micro"
  num_cache_nodes      = 1
  parameter_group_name = "default.redis7"
  port                 = 6379
  subnet_group_name    = aws_elasticache_subnet_group.redis.name
  security_group_ids   = [aws_security_group.redis.id]

  lifecycle {
    # moto does not say which groups a cluster has.
    ignore_changes = [security_group_ids]
  }
}

# Where the application finds Redis (REDIS_HOST); null as long as there are no nodes.
output "redis_host" {
  value = one(aws_elasticache_cluster.redis.cache_nodes[*].address)
}
