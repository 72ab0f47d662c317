"""Paint the photos of the example newsroom into ``photos/``: ``python example/draw_photos.py``.

The same pictures at every run.
"""

from __future__ import annotations

from pathlib import Path

from paint import country, towns

PHOTOS = Path(__file__).parent / "photos"
SCENES = {
    "boats": country.boats,
    "bridge": towns.bridge,
    "coffee": country.coffee,
    "cold-morning": country.cold_morning,
    "football": towns.football,
    "night-market": towns.night_market,
    "rice-mill": country.rice_mill,
    "school": towns.school,
    "silk": country.silk,
    "town": towns.town,
    "vegetables": country.vegetables,
}


def main() -> None:
    PHOTOS.mkdir(exist_ok=True)
    for name, paint in SCENES.items():
        path = PHOTOS / f"{name}.jpg"
        path.write_bytes(paint().jpeg())
        print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
