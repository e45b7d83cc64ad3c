# Made before the cluster: EKS would make it itself, without an end to what it keeps and to what that costs.
resource "aws_cloudwatch_log_group" "cluster" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = 30
}

# Secrets and all else in the API's storage are encrypted under a key of AWS's (every cluster from 1.28). A key of one's
# own is not worth its danger here: who deletes it loses the cluster.
resource "aws_eks_cluster" "main" {
  name                          = var.name
  version                       = var.kubernetes_version
  role_arn                      = aws_iam_role.service["cluster"].arn
  bootstrap_self_managed_addons = false # the addons below are the only ones, not successors of unmanaged ones

  # Who may do what is in the access entries below, where AWS's API can mend it. In "aws-auth", a ConfigMap inside the
  # cluster, one slip locks everybody out; and its creator would be an administrator whom no list shows.
  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  vpc_config {
    subnet_ids              = [for subnet in aws_subnet.private : subnet.id]
    endpoint_private_access = true # nodes reach the API without the NAT gateway
    endpoint_public_access  = length(var.api_allowed_cidrs) > 0
    public_access_cidrs     = length(var.api_allowed_cidrs) > 0 ? var.api_allowed_cidrs : null
  }

  # Who did what, and who was refused. The controllers' own logs are left out: paid by the gigabyte, rarely read.
  enabled_cluster_log_types = ["api", "audit", "authenticator"]

  upgrade_policy {
    support_type = "STANDARD" # upgraded when its version's support ends, instead of costing six times as much
  }

  depends_on = [
    aws_cloudwatch_log_group.cluster,
    aws_iam_role_policy_attachment.service, # destroyed too early, EKS could not remove its network interfaces
  ]
}

# Who may do what

locals {
  access = merge(
    { for arn in var.admin_principal_arns : arn => { policy = "AmazonEKSClusterAdminPolicy", namespaces = null } },
    { for arn in var.deployer_principal_arns : arn => { policy = "AmazonEKSEditPolicy", namespaces = ["counter"] } },
  )
}

resource "aws_eks_access_entry" "main" {
  for_each = local.access

  cluster_name  = aws_eks_cluster.main.name
  principal_arn = each.key
}

resource "aws_eks_access_policy_association" "main" {
  for_each = local.access

  cluster_name  = aws_eks_cluster.main.name
  principal_arn = aws_eks_access_entry.main[each.key].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = each.value.namespaces == null ? "cluster" : "namespace"
    namespaces = each.value.namespaces
  }
}

# Addons in the version that EKS recommends when they are made.

locals {
  # Needed by a node to become ready, so there before the nodes.
  node_addons = {
    # Without this, NetworkPolicy objects are accepted and do nothing.
    vpc-cni    = jsonencode({ enableNetworkPolicy = "true" })
    kube-proxy = null
  }

  # Need a node to become ready themselves; before there is one, their creation would time out.
  cluster_addons = toset([
    "coredns",
    "metrics-server", # without it the HorizontalPodAutoscaler knows no load and never scales
  ])
}

resource "aws_eks_addon" "node" {
  for_each = local.node_addons

  cluster_name         = aws_eks_cluster.main.name
  addon_name           = each.key
  configuration_values = each.value
}

resource "aws_eks_addon" "cluster" {
  for_each = local.cluster_addons

  cluster_name = aws_eks_cluster.main.name
  addon_name   = each.key

  depends_on = [aws_eks_node_group.main]
}

# Nodes

resource "aws_launch_template" "nodes" {
  name_prefix = "${var.name}-nodes-"

  # Naming groups turns off EKS's own choice, so its group is named too.
  vpc_security_group_ids = [
    aws_eks_cluster.main.vpc_config[0].cluster_security_group_id,
    aws_security_group.nodes.id,
  ]

  # A pod is a hop further away than its node, so it cannot take the node's role; and a request that a pod was tricked
  # into sending cannot fetch a session token first.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = 20
      encrypted             = true
      delete_on_termination = true
    }
  }

  # The default tags end at what Terraform itself makes; without these, the bill does not say whose the nodes are.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.key
      tags          = merge({ Project = var.name, Name = "${var.name}-node" }, var.tags)
    }
  }
}

resource "aws_eks_node_group" "main" {
  cluster_name           = aws_eks_cluster.main.name
  node_group_name_prefix = "${var.name}-"
  version                = aws_eks_cluster.main.version
  node_role_arn          = aws_iam_role.service["nodes"].arn
  subnet_ids             = [for subnet in aws_subnet.private : subnet.id]
  ami_type               = "AL2023_x86_64_STANDARD"
  instance_types         = var.instance_types # several, so that one type's shortage does not leave a zone without nodes

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    min_size     = var.node_count
    desired_size = var.node_count
    max_size     = var.node_count
  }

  # One at a time, drained first, so that the PodDisruptionBudget is respected and two zones keep serving.
  update_config {
    max_unavailable = 1
  }

  # A change that needs other nodes makes them before the old ones go.
  lifecycle {
    create_before_destroy = true
  }

  # Nodes that cannot reach the registry, or have no network plugin, do not become ready, and creation times out.
  depends_on = [
    aws_eks_addon.node,
    aws_iam_role_policy_attachment.service,
    aws_route.private,
    aws_route_table_association.private,
    aws_route.public,
    aws_route_table_association.public,
  ]
}
