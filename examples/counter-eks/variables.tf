# Required: nobody else can know these.

variable "admin_principal_arns" {
  description = "IAM roles and users that administer the cluster. Name yourself: who applies is not added silently."
  type        = set(string)

  validation {
    condition = length(var.admin_principal_arns) > 0 && alltrue([
      for arn in var.admin_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))
    ])
    error_message = "Give at least one ARN of a role or user, arn:aws:iam::ACCOUNT:role/NAME; a session is none."
  }
}

variable "api_allowed_cidrs" {
  description = "IPv4 blocks from which the Kubernetes API answers. An empty list keeps the API inside the VPC."
  type        = set(string)

  validation {
    condition     = alltrue([for cidr in var.api_allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "Give IPv4 blocks such as 198.51.100.7/32."
  }
}

# The rest has defaults.

variable "region" {
  description = "AWS region; it needs three zones that EKS supports."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give a region's code, such as eu-central-1."
  }
}

variable "name" {
  description = "Name of the cluster, the image repository and Redis, and prefix of everything else."
  type        = string
  default     = "counter"

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9])+$", var.name)) && length(var.name) <= 27
    error_message = "Use 2 to 27 of a-z, 0-9 and single hyphens; begin with a letter, do not end with a hyphen."
  }
}

variable "tags" {
  description = "Tags for everything that takes tags."
  type        = map(string)
  default     = {}
}

variable "deployer_principal_arns" {
  description = "IAM roles and users, such as a pipeline's, that may change what is in the namespace counter."
  type        = set(string)
  default     = []

  validation {
    condition = alltrue([
      for arn in var.deployer_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))
    ])
    error_message = "Give ARNs of roles or users, arn:aws:iam::ACCOUNT:role/NAME; a session is none."
  }

  validation {
    condition     = length(setintersection(var.deployer_principal_arns, var.admin_principal_arns)) == 0
    error_message = "An administrator needs no entry as a deployer."
  }
}

# Network

variable "vpc_cidr" {
  description = "IPv4 block of the VPC, /16 to /20; pods take their addresses from it."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition = (
      can(cidrnetmask(var.vpc_cidr)) && can(regex("/(1[6-9]|20)$", var.vpc_cidr)) &&
      try(cidrsubnet(var.vpc_cidr, 0, 0) == var.vpc_cidr, false)
    )
    error_message = "Give the first address of an IPv4 block of size /16 to /20, such as 10.0.0.0/16."
  }
}

variable "zones" {
  description = "Three availability zones of the region; null takes its first three that EKS supports."
  type        = list(string)
  default     = null

  validation {
    condition     = try(length(distinct(var.zones)) == 3 && length(var.zones) == 3, var.zones == null)
    error_message = "Give three different zones, or null."
  }
}

variable "nat_per_zone" {
  description = "A NAT gateway in each zone; false: one for all, cheaper, but its zone takes everybody's way out with it."
  type        = bool
  default     = true
}

# Cluster

variable "kubernetes_version" {
  description = "Kubernetes minor version of the control plane and the nodes."
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.[3-9][0-9]$", var.kubernetes_version))
    error_message = "Give a minor version from 1.30, such as 1.35: older ones ignore the manifests' preStop sleep."
  }
}

variable "instance_types" {
  description = "EC2 types of the nodes, x86-64, alike in CPU and memory; the first that is available is taken."
  type        = list(string)
  default     = ["t3.medium", "t3a.medium"]

  validation {
    condition = length(var.instance_types) > 0 && alltrue([
      for type in var.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))
    ])
    error_message = "Give at least one type such as t3.medium."
  }

  validation {
    condition = !anytrue([
      for type in var.instance_types : can(regex("^([a-z]+-?[0-9]+[a-z]*g[a-z]*|a1)\\.", type))
    ])
    error_message = "Give x86-64 types: the image does not run on Graviton."
  }
}

variable "node_count" {
  description = "Nodes, spread over the zones. Nothing here adds nodes by itself."
  type        = number
  default     = 3

  validation {
    condition     = var.node_count >= 1 && var.node_count <= 100 && floor(var.node_count) == var.node_count
    error_message = "Give a whole number from 1 to 100."
  }
}

# Redis

variable "redis" {
  description = "replication-group: fails over, TLS, token. single: one node without these, for trying things out."
  type        = string
  default     = "replication-group"

  validation {
    condition     = contains(["replication-group", "single"], var.redis)
    error_message = "Give replication-group or single."
  }
}

variable "redis_node_type" {
  description = "ElastiCache type of each Redis node. It holds two small keys: choose for network and CPU."
  type        = string
  default     = "cache.t4g.small"

  validation {
    condition     = can(regex("^cache\\.[a-z0-9-]+\\.[a-z0-9]+$", var.redis_node_type))
    error_message = "Give a type such as cache.t4g.small."
  }
}

variable "redis_node_count" {
  description = "Nodes of the replication group: the primary and its replicas, in different zones."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3, 4, 5, 6], var.redis_node_count)
    error_message = "Give 2 to 6: with one node there is nothing to fail over to."
  }
}

variable "redis_auth_version" {
  description = "Raise it by one to generate a new Redis token; see \"Changing the token\" in README.md."
  type        = number
  default     = 1

  validation {
    condition     = var.redis_auth_version >= 1 && floor(var.redis_auth_version) == var.redis_auth_version
    error_message = "Give a whole number from 1."
  }
}
