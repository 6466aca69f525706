"""A program whose worker process dies with the lock of its queue in hand: it has to end all the same."""

import gc
import os
import signal
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import Queue

from flows.workers import Processes


def die_with_the_lock():
    for held in gc.get_objects():
        if type(held) is Queue:
            held._wlock.acquire()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with Processes(max_workers=1) as runner:
        try:
            runner._executor.submit(die_with_the_lock).result()
        except BrokenProcessPool:
            print("died")  # noqa: T201 - what this program says is its result
