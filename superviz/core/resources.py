"""Where the files that ship with superviz lie: inside the package when installed, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
RESOURCES = next(folder for folder in (_PACKAGE / "resources", _PACKAGE.parent / "resources") if folder.is_dir())
