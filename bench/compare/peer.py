"""What the Python peers share: batches from the packed pictures, and how they are told what to do."""

import argparse
import json
import resource
import sys
import time

import numpy as np


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("net", choices=["plain", "morph"])
    parser.add_argument("side", type=int)
    parser.add_argument("batch", type=int)
    parser.add_argument("pack")
    return parser.parse_args()


def batches(pack, side, batch):
    """Shuffled batches of uint8 pictures [n, h, w, c], for ever."""
    pictures = np.memmap(pack, np.uint8, "r").reshape(-1, side, side, 3)
    rng = np.random.default_rng(1)
    while True:
        order = rng.permutation(len(pictures))
        for start in range(0, len(order) - batch + 1, batch):
            yield pictures[order[start : start + batch]]


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def serve(about, train, decode):
    """Says what it is, then does what it is told, a line at a time, and answers with the time it took."""
    print(json.dumps({"about": about}), flush=True)
    for line in sys.stdin:
        what, *numbers = line.split()
        started, cpu = time.perf_counter(), cpu_seconds()
        (train if what == "train" else decode)(*map(int, numbers))
        answer = {"seconds": time.perf_counter() - started, "cpuSeconds": cpu_seconds() - cpu}
        print(json.dumps(answer), flush=True)
