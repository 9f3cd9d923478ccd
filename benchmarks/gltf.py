"""What Khronos' validator says of an exported face.

`python -m benchmarks.gltf [--seconds 4]` writes a GLB of the shipped face with all morphs in motion
and has it checked. The validator (Apache-2.0) is fetched by npm once, into the user's cache; it
needs Node.js. The last line is one JSON object; the exit status is 1 where anything is found amiss.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from platformdirs import user_cache_path

from verhm.face.exchange.glb import write_glb
from verhm.face.rig import load_face
from verhm.labels import MORPHS
from verhm.types import MorphSequence

VALIDATOR: Final = "gltf-validator@2.0.0-dev.3.10"
FRAME_RATE: Final = 30.0
_CHECK: Final = """
const bytes = new Uint8Array(require("fs").readFileSync(process.argv[1]));
require("gltf-validator").validateBytes(bytes, {maxIssues: 20})
  .then(report => console.log(JSON.stringify(report)));
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.gltf")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of the animation")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "face.glb"
        write_glb(load_face(), wandering(options.seconds), path)
        issues = validate(path)["issues"]
        size = path.stat().st_size
    for message in issues["messages"]:
        print(f"{message['code']} {message['pointer']}: {message['message']}")
    figures = {name: issues[name] for name in ("numErrors", "numWarnings", "numInfos")}
    print(json.dumps({"seconds": options.seconds, "megabytes": round(size / 1e6, 1), **figures}))
    return int(issues["numErrors"] + issues["numWarnings"] > 0)


def wandering(seconds: float) -> MorphSequence:
    """All morphs rise and fall, each at its own pace."""
    times = np.arange(round(seconds * FRAME_RATE)) / FRAME_RATE
    pace = np.linspace(0.3, 3.0, len(MORPHS))  # Hz
    weights = 0.5 - 0.5 * np.cos(2 * np.pi * times[:, None] * pace)
    return MorphSequence(weights.astype(np.float32), FRAME_RATE)


def validate(path: Path) -> dict[str, Any]:
    """The validator's report on a file."""
    folder = user_cache_path("verhm", ensure_exists=True) / "gltf-validator"
    folder.mkdir(exist_ok=True)
    if not (folder / "node_modules").exists():
        _run("npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", VALIDATOR)
    said = _run("node", "-e", _CHECK, str(path.resolve()), folder=folder)
    return json.loads(said)


def _run(program: str, *arguments: str, folder: Path | None = None) -> str:
    found = shutil.which(program)
    if not found:
        raise SystemExit(f"{program} was not found: install Node.js and try again")
    call = [found, *arguments]
    return subprocess.run(  # noqa: S603 - fixed words and our own path
        call, cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
