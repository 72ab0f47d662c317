"""What a photo of 24 megapixels costs: the renditions of five channels, against the largest one by the
fastest library.

    ./run bench photos [PYTHON]

PYTHON: an interpreter that has pyvips or OpenCV, measured in the same run; without one the measure is Pillow
alone. Each in a process of its own; CPU seconds, the least of three. Memory: what the process grows by, once.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
SIZE, TURNS = (6000, 4000), 3

#: EXIF's tag; 6: it stands on its right side.
ORIENTATION = 0x0112

#: Channels that differ in all that a rendition can: a timeline, a card, a wide and a square crop, a limit in
#: bytes.
CHANNELS = (
    "side=2048, length=8_000_000",
    "side=1600, length=8_000_000",
    "side=1200, ratio=(16 / 9, 16 / 9)",
    "side=1080, ratio=(1.0, 1.0)",
    "side=2048, length=1_000_000",
)

MEASURED = """
import json, pathlib, re, sys, time
content = pathlib.Path(sys.argv[1]).read_bytes()
{setup}
def peak():  # bytes; the system counts them from the start of this program on
    status = pathlib.Path("/proc/self/status")
    return int(re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1]) * 1024 if status.exists() else 0
before = peak()
costs, made = [], []
for _ in range({turns}):
    start = time.process_time()
    made = make()
    costs.append(time.process_time() - start)
print(json.dumps([min(costs), peak() - before, made]))
"""

OURS = f"""
sys.path.insert(0, {str(ROOT)!r})
from syndicator.domain.photo import PhotoLimits
from syndicator.photos.renditions import Renditions
def make():
    renditions = Renditions(lambda: content)
    files = [renditions.fit(limits) for limits in ({", ".join(f"PhotoLimits({each})" for each in CHANNELS)})]
    return [f"{{f.width}} x {{f.height}}, {{len(f.content) / 1000:.0f}} kB" for f in files]
"""

PILLOW = """
import io
from PIL import Image
def make():
    with Image.open(io.BytesIO(content)) as image:
        image.thumbnail((2048, 2048), Image.Resampling.LANCZOS)
        image.save(io.BytesIO(), "JPEG", quality=85)
"""

VIPS = """
import pyvips
def make():
    pyvips.Image.thumbnail_buffer(content, 2048, height=2048, size="down").jpegsave_buffer(Q=85, keep="none")
"""

OPENCV = """
import cv2, numpy
cv2.setNumThreads(1)
def make():
    image = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    height, width = image.shape[:2]  # upright: it turns the picture, too
    scale = 2048 / max(width, height)
    small = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
"""


def photo(*, is_progressive: bool = False, orientation: int = 1) -> bytes:
    """Hills, texture and grain: a file of about two bits a pixel, as cameras make it."""

    def plane() -> Image.Image:
        hills, texture, grain = (
            Image.effect_noise(size, spread).resize(SIZE, Image.Resampling.BICUBIC)
            for size, spread in (((94, 63), 110), ((750, 500), 60), (SIZE, 14))
        )
        return Image.blend(Image.blend(hills, texture, 0.4), grain, 0.35)

    file, exif = io.BytesIO(), Image.Exif()
    exif[ORIENTATION] = orientation
    whole = Image.merge("RGB", [plane() for _ in range(3)])
    whole.save(file, "JPEG", quality=92, progressive=is_progressive, exif=exif)
    return file.getvalue()


def measure(setup: str, path: Path, python: str = sys.executable) -> tuple[float, float, list[str]] | None:
    """CPU seconds, bytes of memory and what was made; ``None`` where a library is missing."""
    program = MEASURED.format(setup=setup, turns=TURNS)
    ran = subprocess.run([python, "-c", program, str(path)], capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        return None
    cost, memory, made = json.loads(ran.stdout)
    return cost, memory, made or []


def report(name: str, content: bytes, folder: Path, python: str) -> None:
    path = folder / "photo.jpg"
    path.write_bytes(content)
    others = {
        "Pillow": measure(PILLOW, path),
        "pyvips": measure(VIPS, path, python),
        "OpenCV": measure(OPENCV, path, python),
    }
    known = {library: found[0] for library, found in others.items() if found}
    fastest = min(known, key=known.__getitem__)
    ours = measure(OURS, path)
    if ours is None:
        raise SystemExit("the renditions could not be made")
    cost, memory, made = ours
    largest = ", ".join(f"{library} {seconds:.3f}" for library, seconds in known.items())
    print(f"{name}, {path.stat().st_size / 1e6:.1f} MB: the largest rendition, CPU s: {largest}")
    print(f"  five renditions {cost:.3f} s = {cost / known[fastest]:.2f} x {fastest}; {memory / 1e6:.0f} MB")
    print(f"  {'; '.join(made)}")


def main() -> None:
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    with tempfile.TemporaryDirectory() as folder:
        report("baseline", photo(), Path(folder), python)
        report("progressive", photo(is_progressive=True), Path(folder), python)
        report("turned by EXIF", photo(orientation=6), Path(folder), python)


if __name__ == "__main__":
    main()
