output "name" {
  description = "Name of the bucket, once all its settings stand."
  value       = aws_s3_bucket.this.bucket

  # Nothing may be written before the bucket is closed, encrypted and versioned.
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}
