output "database" {
  description = "Name of the database."
  value       = aws_glue_catalog_database.this.name
}

output "arns" {
  description = "What a policy on this database and its tables must name: catalog, database, tables."
  value = [
    "${local.glue}:catalog",
    "${local.glue}:database/${var.database}",
    "${local.glue}:table/${var.database}/*",
  ]
}

output "lookup_arns" {
  description = "What whoever asks Athena looks up: the same, and the database default, which Athena looks at whatever it is asked."
  value = [
    "${local.glue}:catalog",
    "${local.glue}:database/${var.database}",
    "${local.glue}:database/default",
    "${local.glue}:table/${var.database}/*",
  ]
}
