"""Prefect's server without its pages, on the listening socket whose number is the argument."""

import socket
import sys

import uvicorn
from prefect.server.api.server import create_app

if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        config = uvicorn.Config(create_app(ephemeral=True, final=True), log_level="error", lifespan="on")
        uvicorn.Server(config).run([listening])
