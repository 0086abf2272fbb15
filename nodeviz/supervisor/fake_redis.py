"""What if there is no Redis at all? An imitation in Python, about ten times slower and without memory across restarts.

`python -m nodeviz.supervisor.fake_redis PORT`
"""

from __future__ import annotations

import sys

from fakeredis import TcpFakeServer


def main(port: int) -> None:
    """Serve until killed."""
    TcpFakeServer(("127.0.0.1", port), server_type="redis").serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
