data "aws_availability_zones" "this" {
  #checkov:skip=CKV_AWS_394:the first two by name are taken, and AWS adds zones at the end
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"] # no local zones, which have hardly any services
  }
}

data "aws_region" "this" {}

locals {
  # Two zones: one may fail. Functions hold up to a few hundred addresses, so each subnet is a sixteenth of the network.
  zones   = slice(data.aws_availability_zones.this.names, 0, 2)
  private = { for place, zone in local.zones : zone => cidrsubnet(var.cidr, 4, place) }
  public  = var.nat ? { (local.zones[0]) = cidrsubnet(var.cidr, 4, 15) } : {}
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # the interface endpoints take the services' own names
  tags                 = { Name = var.name }
}

# Everything in the network brings a security group of its own; what forgets to talks to nobody.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-unused" }
}

resource "aws_subnet" "private" {
  for_each = local.private

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-private" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_security_group" "functions" {
  #checkov:skip=CKV2_AWS_5:an output, which the functions take
  name        = "${var.name}-functions"
  description = "The functions: they call, and nobody calls them here"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-functions" }
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.functions.id
  description       = "AWS's services, and a payment provider where there is a way out"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
