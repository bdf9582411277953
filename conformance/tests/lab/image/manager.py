"""Stands for poetry and uv: installs, as they do, into the environment that the variables name."""
import os
import subprocess
import sys


def main():
    if sys.argv[1:2] not in (["install"], ["sync"]):
        sys.exit("lab: %s knows no %s" % (sys.argv[0], sys.argv[1:]))
    home = os.environ.get("UV_PROJECT_ENVIRONMENT" if "uv" in sys.argv[0] else "VIRTUAL_ENV", sys.prefix)
    sys.exit(subprocess.call([home + "/bin/python", "-m", "pip", "install", "lab-marker"]))
