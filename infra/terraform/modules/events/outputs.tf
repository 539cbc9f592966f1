output "bus" {
  description = "Name and ARN of the bus."
  value       = local.bus
}

output "queues" {
  description = "ARN and URL of each queue, of dead letters too."
  value       = local.queues
}
