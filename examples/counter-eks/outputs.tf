# Nothing secret is put out: the token is named by where it is kept.

output "region" {
  description = "Region of everything."
  value       = var.region
}

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = aws_eks_cluster.main.name
}

output "kubeconfig" {
  description = "A kubeconfig file without a secret: kubectl asks the AWS CLI for a token, as whoever runs it."
  value = yamlencode({
    apiVersion      = "v1"
    kind            = "Config"
    current-context = var.name
    clusters = [{
      name = var.name
      cluster = {
        server                     = aws_eks_cluster.main.endpoint
        certificate-authority-data = aws_eks_cluster.main.certificate_authority[0].data
      }
    }]
    contexts = [{
      name    = var.name
      context = { cluster = var.name, user = var.name }
    }]
    users = [{
      name = var.name
      user = {
        exec = {
          apiVersion = "client.authentication.k8s.io/v1beta1"
          command    = "aws"
          args = [
            "--region", var.region, "eks", "get-token", "--cluster-name", aws_eks_cluster.main.name, "--output", "json",
          ]
        }
      }
    }]
  })
}

output "image_repository" {
  description = "Where to push the counter's image, and where the cluster pulls it from."
  value       = aws_ecr_repository.counter.repository_url
}

output "deliver_policy_arn" {
  description = "IAM policy for the role of a pipeline that delivers: push the image, reach the cluster."
  value       = aws_iam_policy.deliver.arn
}

output "counter_config" {
  description = "Entries of the ConfigMap counter."
  value = merge(
    { COUNTER_REDIS_URL = local.redis_url },
    local.redis_replicated ? {} : { COUNTER_REDIS_PASSWORD_FILE = "" }, # a single node asks for none
  )
}

output "counter_secret_name" {
  description = "Where Secrets Manager has the password for the Secret counter-redis; null where Redis asks for none."
  value       = one(aws_secretsmanager_secret.redis[*].name)
}

locals {
  make_secret = "kubectl create secret generic counter-redis --namespace=counter --dry-run=client --output=yaml"
  take_token = join(" ", [
    "aws secretsmanager get-secret-value --region=${var.region} --secret-id=${local.redis_secret}",
    "--query=SecretString --output=text",
  ])
}

output "commands" {
  description = "Commands of the next steps: configure kubectl, log in to the registry, make or renew the Secret."
  value = {
    kubectl = "aws eks update-kubeconfig --region=${var.region} --name=${aws_eks_cluster.main.name}"
    registry = join(" | ", [
      "aws ecr get-login-password --region=${var.region}",
      "skopeo login --username=AWS --password-stdin ${split("/", aws_ecr_repository.counter.repository_url)[0]}",
    ])
    secret = (local.redis_replicated
      ? "${local.take_token} | ${local.make_secret} --from-file=password=/dev/stdin | kubectl apply --filename=-"
      : "${local.make_secret} --from-literal=password= | kubectl apply --filename=-"
    )
  }
}
