resource "aws_cloudwatch_event_bus" "this" {
  name = var.bus.name
}

resource "aws_cloudwatch_event_archive" "this" {
  name             = var.bus.archive.name
  event_source_arn = aws_cloudwatch_event_bus.this.arn
  event_pattern    = var.bus.archive.pattern
  retention_days   = var.bus.archive.retention_days
}
