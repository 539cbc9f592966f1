"""What is made from the blueprint: the CloudFormation template, the OpenAPI document, the reference docs."""
