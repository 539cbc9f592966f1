output "subnet_ids" {
  description = "Ids of the private subnets, given out when what is in them reaches the services."
  value       = [for subnet in aws_subnet.private : subnet.id]
  depends_on  = [aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface, aws_route.out, aws_route_table_association.private]
}

output "security_group_ids" {
  description = "Id of the functions' security group."
  value       = [aws_security_group.functions.id]
  depends_on  = [aws_vpc_security_group_egress_rule.https, aws_vpc_security_group_ingress_rule.https]
}
