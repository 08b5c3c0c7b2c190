"""The tables in Glue's catalog, read without Spark; and a copy of them in a folder, for when the AWS is gone."""

import os
from pathlib import Path

import pyarrow.dataset as ds
from pyarrow import fs
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.transforms import IdentityTransform

from lakehouse.defaults import DATABASE
from lakehouse.emulated_aws.glue_job import CATALOG
from lakehouse.warehouse.folder import prepare_warehouse
from lakehouse.warehouse.iceberg import Tables, open_catalog


class GlueWarehouse(Tables):
    """The tables that this process's AWS has in Glue's catalog, each as it is when it is first opened."""

    def __init__(self) -> None:
        """Open the catalog; keys, region and address are those of the environment."""
        endpoint, region = os.environ.get("AWS_ENDPOINT_URL"), os.environ.get("AWS_REGION")
        # Told no region, pyiceberg asks the real S3 for the bucket's, for seconds.
        known = {"glue.endpoint": endpoint, "glue.region": region, "s3.endpoint": endpoint, "s3.region": region}
        given = {name: value for name, value in known.items() if value}
        filesystem = fs.S3FileSystem(region=region, endpoint_override=endpoint)
        self.glue = GlueCatalog(CATALOG, **given)
        super().__init__(endpoint or "Glue", self.glue, filesystem)
        self._read: dict[str, ds.Dataset] = {}

    def open_dataset(self, name: str) -> ds.Dataset:
        """Return the table, read whole and once: an emulated S3 takes longer for one file than for its rows."""
        if name not in self._read:
            self._read[name] = ds.InMemoryDataset(super().open_dataset(name).to_table())
        return self._read[name]


def copy_tables(source: Tables, folder: Path) -> dict[str, int]:
    """Copy the newest state of each table into an empty warehouse in a folder; return the rows of each.

    A copy is for asking: the history of commits is not in it, and it is partitioned by plain columns only.
    """
    target = open_catalog(prepare_warehouse(str(folder)))
    copied = {}
    for name in source.tables:
        table = source.catalog.load_table((DATABASE, name))
        copy = target.create_table(
            (DATABASE, name), table.schema(), partition_spec=_plain(table.spec()), properties=table.properties
        )
        rows = source.open_dataset(name).to_table()
        copy.append(rows)
        copied[name] = rows.num_rows
    target.close()
    return copied


def _plain(spec: PartitionSpec) -> PartitionSpec:
    """Leave out what pyiceberg cannot write without a compiled extension: months of a time and their like."""
    return PartitionSpec(*(field for field in spec.fields if isinstance(field.transform, IdentityTransform)))
