"""Says where this interpreter keeps what the lab needs; fails if a part is missing."""
import ensurepip
import glob
import json
import os
import platform
import sys
import sysconfig
import venv  # noqa: F401

assert platform.python_implementation() == "CPython", "not CPython"
assert sys.version_info >= (3, 8), "older than 3.8"
pip = ensurepip.version()
assert int(pip.split(".")[0]) >= 23, "brings pip " + pip + ", which does not know PEP 668"
folders = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")]
folders += [sysconfig.get_config_var("WHEEL_PKG_DIR") or "", "/usr/share/python-wheels"]
wheels = [wheel for folder in folders for wheel in sorted(glob.glob(os.path.join(folder, "*.whl")))]
pips = [wheel for wheel in wheels if os.path.basename(wheel).startswith("pip-" + pip + "-")]
assert pips, "has no wheel of pip"
library = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
print(
    json.dumps(
        {
            "program": os.path.realpath(sys.executable),
            "version": "3.%d" % sys.version_info[1],
            "stdlib": sysconfig.get_path("stdlib"),
            "library": library if ".so" in library and os.path.isfile(library) else None,
            "wheels": pips + [wheel for wheel in wheels if os.path.basename(wheel).startswith("setuptools-")],
        }
    )
)
