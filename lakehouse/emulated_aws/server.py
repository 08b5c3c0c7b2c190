"""moto's server as a process: it says its address, and ends when whoever started it closes its input, or dies.

It allows every web page to use it (CORS), which is taken back here.
"""

import logging
import sys
from threading import Thread

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from lakehouse.doorkeeper import keep_out

HOST = "127.0.0.1"


def main() -> int:
    """Serve on a free port of this machine until the input ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = keep_out(DomainDispatcherApplication(create_backend_app))
    server = make_server(HOST, 0, application, threaded=True, request_handler=MotoRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://{HOST}:{server.port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
