terraform {
  # Write-only arguments, which keep the generated token out of one more place, came with 1.11.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Local state is lost with the laptop, lets two people apply at once, and holds the Redis token in clear.
  # Before anything real: make a private, versioned bucket, fill this in, and run `cairn init`.
  #
  # backend "s3" {
  #   bucket       = "my-terraform-state"
  #   key          = "counter/terraform.tfstate"
  #   region       = "us-east-1"
  #   encrypt      = true
  #   use_lockfile = true # a second apply waits for the first; no DynamoDB table is needed
  # }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ Project = var.name }, var.tags)
  }
}

data "aws_partition" "current" {}
