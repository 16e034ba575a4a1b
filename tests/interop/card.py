"""A printed card in a strange reader's hands.

Rasterises each page of a PDF as printers and cameras do, with noise, a turn of a few degrees and a blur, and reads the QR codes with
ZXing. Prints, for each picture, what was read: [{"picture": ..., "codes": [...]}].
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

# Dots an inch, degrees, radius of the blur in pixels, spread of the noise in shades of grey.
PICTURES = [
    (150, 0, 0, 0),
    (150, 3, 0.6, 12),
    (300, 0, 0, 0),
    (300, -4, 1.2, 25),
    (300, 7, 1.5, 18),
]


def pages(pdf, dots, folder):
    subprocess.run(["pdftoppm", "-r", str(dots), "-gray", "-png", pdf, f"{folder}/page-{dots}"], check=True)
    return sorted(Path(folder).glob(f"page-{dots}*.png"))


def worn(page, degrees, blur, noise):
    picture = Image.open(page).convert("L")
    left, top, right, bottom = ImageOps.invert(picture).getbbox() or (0, 0, *picture.size)
    picture = picture.crop((left - 20, top - 20, right + 20, bottom + 20)).rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=245)
    picture = picture.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        grain = numpy.random.default_rng(7).normal(0, noise, (picture.height, picture.width))
        picture = Image.fromarray(numpy.clip(numpy.asarray(picture) + grain, 0, 255).astype("uint8"))
    return picture


def read(pdf):
    seen = []
    with tempfile.TemporaryDirectory() as folder:
        made = {dots: pages(pdf, dots, folder) for dots in {picture[0] for picture in PICTURES}}
        for dots, degrees, blur, noise in PICTURES:
            codes = []
            for page in made[dots]:
                found = zxingcpp.read_barcodes(worn(page, degrees, blur, noise), formats=zxingcpp.BarcodeFormat.QRCode)
                codes.extend(code.text for code in found)
            random.Random(7).shuffle(codes)
            seen.append({"picture": f"{dots} dpi, {degrees} degrees, blur {blur}, noise {noise}", "codes": codes})
    return seen


print(json.dumps(read(sys.argv[1])))
