"""Has a wheel of Poetry ask the lab's index where it would ask the public one; all else stays as it is."""
import re
import sys
import zipfile

MODULE = "poetry/repositories/pypi_repository.py"

wheel, changed = sys.argv[1:]
with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        content = old.read(name)
        if name == MODULE:
            text, found = re.subn(
                r'url: str = "https://[^"]*"', 'url: str = __import__("os").environ["LAB_INDEX"]', content.decode()
            )
            assert found == 1, "Poetry names its index elsewhere"
            content = text.encode()
        new.writestr(name, content)
