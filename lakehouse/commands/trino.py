"""`lakehouse trino`."""

from typing import Annotated

import typer

from lakehouse.commands.command import command
from lakehouse.commands.options import WAREHOUSE, WarehouseFolder


@command("lakehouse trino", "lakehouse trino --port 8090", stopped="The tables are as they were.")
def trino(
    warehouse: WarehouseFolder = WAREHOUSE,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes any free port.")] = 8081,
) -> None:
    """Run Trino over the tables until Ctrl-C.

    It prints an address for any client; in a terminal it is also a prompt.
    """
    from lakehouse.console import complain
    from lakehouse.trino.serve import serve
    from lakehouse.warehouse.folder import choose_warehouse

    serve(choose_warehouse(warehouse, complain), port)
