#!/usr/bin/env python3
"""Holds many connections to a port of this machine that never become requests, and opens them again when they are closed.

    attackers.py PORT COUNT

Six in ten say nothing, the others send a byte a second. Ends when its standard input does. It runs at the lowest priority,
so that what it costs a round is what the coordinator does about it.
"""

import os
import resource
import selectors
import socket
import sys
import time


def connect(port):
    each = socket.socket()
    each.setblocking(False)
    each.connect_ex(("127.0.0.1", port))
    return each


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    os.nice(19)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    held = set()
    opened = 0
    drip = time.monotonic()
    while True:
        while len(held) < count:
            each = connect(port)
            selector.register(each, selectors.EVENT_READ, opened % 10 < 4)
            held.add(each)
            opened += 1
        for key, _ in selector.select(0.2):
            if key.fileobj is sys.stdin:
                print(opened)
                return
            try:
                if key.fileobj.recv(4_096):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            selector.unregister(key.fileobj)
            held.discard(key.fileobj)
            key.fileobj.close()
        if time.monotonic() - drip >= 1:
            drip = time.monotonic()
            for key in list(selector.get_map().values()):
                if key.data:
                    try:
                        key.fileobj.send(b"\x16")
                    except OSError:
                        pass


if __name__ == "__main__":
    main()
