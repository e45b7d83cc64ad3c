# Roles have generated names: a second region, or a second try, would find a fixed one taken.

locals {
  service_roles = {
    cluster = {
      service  = "eks.amazonaws.com"
      policies = ["AmazonEKSClusterPolicy"]
    }
    nodes = {
      service = "ec2.amazonaws.com"
      policies = [
        "AmazonEKSWorkerNodePolicy",          # describe itself and the cluster, to join
        "AmazonEKS_CNI_Policy",               # give pods addresses of the VPC
        "AmazonEC2ContainerRegistryPullOnly", # pull images, and not list or scan them as ...ReadOnly does
      ]
    }
  }

  attachments = merge([
    for role, settings in local.service_roles : {
      for policy in settings.policies : "${role}/${policy}" => { role = role, policy = policy }
    }
  ]...)
}

data "aws_iam_policy_document" "assume" {
  for_each = local.service_roles

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value.service]
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.service_roles

  name_prefix        = "${var.name}-${each.key}-"
  assume_role_policy = data.aws_iam_policy_document.assume[each.key].json
}

resource "aws_iam_role_policy_attachment" "service" {
  for_each = local.attachments

  role       = aws_iam_role.service[each.value.role].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value.policy}"
}

# What a pipeline needs of AWS to push the image and to reach the cluster; what it may do there is its access entry's
# part. Attached to nothing here: attach it to the pipeline's role.
data "aws_iam_policy_document" "deliver" {
  statement {
    sid       = "Login"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # this action knows no resource
  }

  statement {
    sid = "Push"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [aws_ecr_repository.counter.arn]
  }

  statement {
    sid       = "Reach"
    actions   = ["eks:DescribeCluster"]
    resources = [aws_eks_cluster.main.arn]
  }
}

resource "aws_iam_policy" "deliver" {
  name_prefix = "${var.name}-deliver-"
  description = "Push the image of ${var.name} and reach its cluster"
  policy      = data.aws_iam_policy_document.deliver.json
}
