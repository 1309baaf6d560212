"""Reference results of HF's CLIPImageProcessor (Pillow) for packages/mllm's preprocessing tests.

Usage: VENV/bin/python tools/reference/make_image_reference.py packages/mllm/fixtures/image-reference.json

Images are made of integers by a formula that the tests repeat, so only the results are stored: a sample of pixel_values
and their sum for each config and image size.
"""

import json
import sys

import numpy as np
from PIL import Image
from transformers import CLIPImageProcessor


def image(width, height):
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3), indexing="xy")
    values = (x * 37 + y * 91 + c * 53 + (x * y) % 17 * 11) % 256
    return values.astype(np.uint8).reshape(height, width, 3)


CONFIGS = {
    "clip": dict(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12}),
    "bilinear_fixed_size": dict(size={"height": 12, "width": 12}, do_center_crop=False, resample=2),
    "lanczos": dict(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12}, resample=1),
    "box": dict(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12}, resample=4),
    "hamming": dict(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12}, resample=5),
    "nearest": dict(size={"shortest_edge": 12}, crop_size={"height": 12, "width": 12}, resample=0),
    "crop_larger_than_image": dict(size={"shortest_edge": 9}, crop_size={"height": 12, "width": 12}),
    "odd_statistics": dict(
        size={"shortest_edge": 13},
        crop_size={"height": 12, "width": 12},
        rescale_factor=1 / 127.5,
        image_mean=[0.5, 0.4, 0.3],
        image_std=[0.5, 0.25, 0.7],
    ),
    "only_rescaled": dict(do_resize=False, crop_size={"height": 12, "width": 12}, do_normalize=False),
}
SIZES = [[12, 12], [31, 18], [7, 9], [5, 40]]


def main():
    results = []
    for name, config in CONFIGS.items():
        processor = CLIPImageProcessor(**config)
        for width, height in SIZES:
            picture = Image.fromarray(image(width, height))
            pixels = processor(picture, return_tensors="np")["pixel_values"][0]
            assert pixels.shape == (3, 12, 12), pixels.shape
            results.append(
                dict(
                    config=name,
                    width=width,
                    height=height,
                    sum=float(pixels.astype(np.float64).sum()),
                    values=[float(value) for value in pixels.reshape(-1)[::7]],
                )
            )
    # What users have in preprocessor_config.json: only the given keys; the rest are the processor's defaults.
    with open(sys.argv[1], "w") as file:
        json.dump(dict(configs=CONFIGS, results=results), file, indent=None, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
