# Whose bucket it is, is not this repository's to know:
#   terraform init -backend-config=backend.tfbackend
# The state is locked by an object beside it.
terraform {
  backend "s3" {
    key          = "tradewind/account.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
