# State and lock are kept as those of the stages at AWS are, in the local cloud's own S3; init is told its address.
terraform {
  backend "s3" {
    bucket                      = "tradewind-state-local"
    key                         = "tradewind/local.tfstate"
    region                      = "us-east-1"
    access_key                  = "test"
    secret_key                  = "test"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
  }
}
