"""Reference results of HF's LlavaNextImageProcessor and LlavaNextProcessor for packages/mllm's preprocessing tests.

Usage: VENV/bin/python tools/reference/make_llava_next_processing.py packages/mllm/fixtures/llava-next-processing.json

Images are those of make_image_reference.py, made of integers by a formula that the tests repeat. Stored are, for each list of
pinpoints and image size, the number of tiles, the number of image tokens that the processor writes into the prompt, a sample of
pixel_values and their sum.
"""

import json
import sys

import numpy as np
from PIL import Image
from transformers import LlavaNextImageProcessor
from transformers.models.llava_next.processing_llava_next import LlavaNextProcessor

from make_image_reference import image

EDGE, PATCH = 24, 8
PINPOINTS = {
    "published_shape": [[24, 48], [48, 24], [48, 48], [72, 24], [24, 72]],
    "large": [[24, 24], [48, 72], [96, 96], [24, 120]],
}
SIZES = [[24, 24], [31, 18], [7, 9], [5, 80], [97, 96], [60, 61], [2, 2], [200, 33], [47, 49], [48, 24], [130, 131]]


class Tokens(LlavaNextProcessor):
    """Only what counts tokens."""

    def __init__(self, image_processor):
        self.image_processor = image_processor
        self.patch_size = PATCH
        self.vision_feature_select_strategy = "default"
        self.num_additional_image_tokens = 1


def main():
    results = []
    for name, pinpoints in PINPOINTS.items():
        processor = LlavaNextImageProcessor(
            size={"shortest_edge": EDGE}, crop_size={"height": EDGE, "width": EDGE}, image_grid_pinpoints=pinpoints
        )
        for width, height in SIZES:
            made = processor(Image.fromarray(image(width, height)), return_tensors="np")
            pixels = made["pixel_values"][0]
            assert pixels.shape[1:] == (3, EDGE, EDGE), pixels.shape
            assert made["image_sizes"][0].tolist() == [height, width]
            # The class token is counted and dropped again, as in LlavaNextProcessor.__call__.
            tokens = Tokens(processor)._get_number_of_features(height, width, EDGE, EDGE) - 1
            results.append(
                dict(
                    pinpoints=name,
                    width=width,
                    height=height,
                    tiles=len(pixels),
                    tokens=tokens,
                    sum=float(pixels.astype(np.float64).sum()),
                    values=[round(float(value), 7) for value in pixels.reshape(-1)[::211]],
                )
            )
            print(name, width, height, pixels.shape, tokens)
    lines = ",\n".join(f"  {json.dumps(result, separators=(',', ':'))}" for result in results)
    with open(sys.argv[1], "w") as file:
        file.write(f'{{\n "pinpoints": {json.dumps(PINPOINTS)},\n "images": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    main()
