"""Stands for a server such as gunicorn: imports the module that it is told to serve, from where that server looks."""
import importlib
import os
import re
import sys

import lab_marker


def option(name):
    for at, word in enumerate(sys.argv):
        if word == name:
            return sys.argv[at + 1]
        if word.startswith(name + "="):
            return word[len(name) + 1:]
    return None


def main():
    if option("--chdir"):
        os.chdir(option("--chdir"))
    sys.path.insert(0, option("--app-dir") or os.getcwd())
    # A host and its port do not look like that: they begin with a digit.
    targets = [word for word in sys.argv[1:] if re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.()]*", word)]
    for target in targets[:1]:
        module_name, name = target.split(":")
        module = importlib.import_module(module_name)
        # The modules of an app are stand-ins; a directory without any can hold no application.
        if getattr(module, "__file__", None) is None:
            sys.exit("Failed to find attribute '%s' in '%s'." % (name, module_name))
    lab_marker.ran("server")


if __name__ == "__main__":
    main()
