"""Runs a Python module for as long as the process that started it lives, and not a moment longer.

    python attached.py <module> [argument ...]

Standard input is a pipe whose other end only the starter holds. However the starter ends (it returns, it panics, it is
killed), the pipe closes, and this process takes its whole process group with it: a function that the emulator started
cannot outlive the stack it belongs to.
"""

import os
import runpy
import signal
import sys
import threading


def take_standard_input() -> int:
    """Keeps the pipe for the watcher; the module and its children find an empty standard input instead."""
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return pipe


def end_with(pipe: int) -> None:
    """Waits until the other end is closed, then ends every process of the group, this one included."""
    while os.read(pipe, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def end_children() -> None:
    """Ends the rest of the group when the module returns by itself; this process keeps its exit code."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)


def main() -> None:
    os.setsid()  # a group of its own, which Ctrl-C in the terminal does not reach
    threading.Thread(target=end_with, args=(take_standard_input(),), daemon=True).start()
    module, sys.argv = sys.argv[1], sys.argv[1:]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        end_children()


if __name__ == "__main__":
    main()
