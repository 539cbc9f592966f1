"""The parts of the CloudFormation template, one module for each kind of resource."""
