# Where a stage keeps its state, says its own file; the state is locked by an object beside it:
#   terraform init -backend-config=dev.tfbackend
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
