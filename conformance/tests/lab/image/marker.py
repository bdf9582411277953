"""Importing this proves that an install reached the interpreter that runs. Every stub imports it."""
import os
import sys

# A package with native code came along; Nix's loader finds libstdc++ only where `nixLibs` put it.
if os.path.isdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "lab_native")):
    if "/nix/store/lab-libstdcxx/lib" not in os.environ.get("LD_LIBRARY_PATH", "").split(":"):
        raise ImportError("libstdc++.so.6: cannot open shared object file: No such file or directory")


def ran(what):
    print("LAB-RAN", what, sys.prefix, flush=True)
