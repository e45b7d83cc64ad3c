resource "aws_ecr_repository" "counter" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE" # a tag that was tested cannot become another image
  force_delete         = true        # or destroy stops at the first image; each can be built again from its commit

  image_scanning_configuration {
    scan_on_push = true
  }
}

# Deep enough that no image that still runs, or that a roll-back wants, is among what expires: a node that starts a pod
# would find nothing to pull.
resource "aws_ecr_lifecycle_policy" "counter" {
  repository = aws_ecr_repository.counter.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the newest 100 images"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 100 }
      action       = { type = "expire" }
    }]
  })
}
