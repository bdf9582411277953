#!/nix/store/lab-python/bin/python3
"""The profile's Poetry: its modules are on the path of this script and of nothing else."""
import sys

sys.path.append("/nix/store/lab-managers")
from poetry.console.application import main

sys.exit(main())
