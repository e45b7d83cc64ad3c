# EKS makes and keeps the cluster's own group, which lets nodes and control plane talk to each other. These two add the
# one way to Redis.

# A badge without rules, worn by the nodes and by nothing else. The cluster's own group would not do: the control
# plane's network interfaces wear it too.
resource "aws_security_group" "nodes" {
  name        = "${var.name}-nodes"
  description = "Worn by the nodes; has no rules"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-nodes" }
}

# No way out at all: Redis only answers.
resource "aws_security_group" "redis" {
  name        = "${var.name}-redis"
  description = "Redis, from the nodes only"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-redis" }
}

# Which pods of the nodes may use it is the NetworkPolicy's part.
resource "aws_vpc_security_group_ingress_rule" "redis" {
  security_group_id            = aws_security_group.redis.id
  description                  = "Redis from the nodes"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = local.redis_port
  to_port                      = local.redis_port
}
