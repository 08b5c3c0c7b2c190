"""moto's server as a process: it says its address, and ends when whoever started it closes its input, or dies."""

import logging
import sys

from moto.server import ThreadedMotoServer


def main() -> int:
    """Serve on a free port of this machine until the input ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        sys.stdout.write(f"http://{host}:{port}\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
