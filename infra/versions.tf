terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region            = var.region
  s3_use_path_style = var.emulated

  default_tags {
    tags = {
      Project     = "spotify-lakehouse"
      Environment = var.environment
    }
  }
}
