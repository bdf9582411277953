"""What the script of that name does: pip, out of the script itself, installs pip."""
import sys

sys.path.insert(0, "/nix/store/lab-pip/lib")
from pip._internal.cli.main import main

sys.exit(main(["install", "--ignore-installed", "pip", *sys.argv[1:]]))
