#!/nix/store/lab-python/bin/python3
"""The profile's pip: the module is on the path of this script and of nothing else."""
import sys

sys.path.append("/nix/store/lab-pip/lib")
from pip._internal.cli.main import main

sys.exit(main())
