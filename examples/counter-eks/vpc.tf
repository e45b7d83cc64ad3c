# Three zones, each with a private subnet (nodes, pods, Redis) and a public one (NAT, load balancers).

data "aws_availability_zones" "available" {
  # Without this, Local Zones count too; they have neither EKS control planes nor ElastiCache.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  # EKS refuses a control plane in these. Names of zones differ between accounts, ids do not.
  exclude_zone_ids = ["use1-az3", "usw1-az2", "cac1-az3"]

  lifecycle {
    postcondition {
      condition     = length(self.names) >= 3
      error_message = "${var.region} has fewer than three zones that EKS supports: choose another region."
    }

    postcondition {
      condition     = var.zones == null || length(setsubtract(coalesce(var.zones, []), self.names)) == 0
      error_message = "EKS can use these zones of ${var.region}: ${join(", ", self.names)}."
    }
  }
}

locals {
  zones = var.zones == null ? slice(data.aws_availability_zones.available.names, 0, 3) : var.zones

  # An eighth of the VPC for each private subnet, since every pod takes an address; a 64th for each public one.
  blocks        = cidrsubnets(var.vpc_cidr, 3, 3, 3, 6, 6, 6)
  private_cidrs = zipmap(local.zones, slice(local.blocks, 0, 3))
  public_cidrs  = zipmap(local.zones, slice(local.blocks, 3, 6))

  # Zone of a private subnet -> zone of the NAT gateway it leaves by.
  nat_zone = { for zone in local.zones : zone => var.nat_per_zone ? zone : local.zones[0] }
}

resource "aws_vpc" "main" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # or nodes cannot resolve the API's private endpoint and do not join

  tags = { Name = var.name }
}

# Adopts the VPC's default group and empties it: what forgets to name a group can talk to nobody, instead of to
# everything else that forgot.
resource "aws_default_security_group" "unused" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-unused-default" }
}

resource "aws_subnet" "private" {
  for_each = local.private_cidrs

  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name = "${var.name}-private-${each.key}"
    # The load balancer controllers find subnets by these two tags; without them a Service waits for ever.
    "kubernetes.io/role/internal-elb"   = "1"
    "kubernetes.io/cluster/${var.name}" = "shared"
  }
}

resource "aws_subnet" "public" {
  for_each = local.public_cidrs

  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                                = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb"            = "1"
    "kubernetes.io/cluster/${var.name}" = "shared"
  }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = { Name = var.name }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-public" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  route_table_id = aws_route_table.public.id
  subnet_id      = each.value.id
}

resource "aws_eip" "nat" {
  for_each = toset(values(local.nat_zone))

  domain = "vpc"

  tags = { Name = "${var.name}-nat-${each.key}" }

  depends_on = [aws_internet_gateway.main] # which AWS refuses to detach while an address uses it
}

resource "aws_nat_gateway" "main" {
  for_each = aws_eip.nat

  allocation_id = each.value.id
  subnet_id     = aws_subnet.public[each.key].id

  tags = { Name = "${var.name}-${each.key}" }
}

# One table for each zone, so that nodes leave by their own zone's NAT gateway and survive the loss of another's.
resource "aws_route_table" "private" {
  for_each = aws_subnet.private

  vpc_id = aws_vpc.main.id

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route" "private" {
  for_each = local.nat_zone

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main[each.value].id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = each.value.id
}

# Free, and the layers of every image come from S3: without it each pull is paid for at the NAT gateway.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = [for table in aws_route_table.private : table.id]

  tags = { Name = "${var.name}-s3" }
}
