"""Shows that transformers cannot compute LLaVA-NeXT with vision_feature_select_strategy "full".

Usage:
    VENV/bin/python tools/reference/check_llava_next_full.py

"full" keeps each tile's class token, and `pack_image_features` then lays patches + 1 features a tile into a grid of patches.
Where the width is no multiple of the patches, that is an error; where it is, the grid's width is no longer that of the newline.
So there is nothing to follow, and packages/mllm refuses such a checkpoint. Works with transformers 4.47.1 and 4.57.1. Exit
code 1: a forward came through.
"""

import torch
import transformers
from transformers import LlamaConfig, LlavaNextForConditionalGeneration

from make_golden_llava import IMAGE, text_sizes, vision
from make_golden_llava_next import llava_next, tiles_of


def main():
    print(f"transformers {transformers.__version__}")
    came_through = False
    # Tiles of 9 patches: 40 is no multiple of them, 36 is.
    for changes in [dict(), dict(hidden_size=36, num_attention_heads=3, num_key_value_heads=3)]:
        text = LlamaConfig(**text_sizes(max_position_embeddings=512, **changes))
        for size in [(31, 50), (20, 20)]:
            pinpoints = [[24, 24], [24, 48], [48, 24], [48, 48]]
            config = llava_next(text, vision(), pinpoints, vision_feature_select_strategy="full")
            config._attn_implementation = "eager"
            model = LlavaNextForConditionalGeneration(config).eval()
            ids = torch.tensor([[1, *[IMAGE] * 10, 9]])
            pixels = torch.randn(1, tiles_of(config, size), 3, 24, 24)
            try:
                model(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels, image_sizes=torch.tensor([size]))
                outcome, came_through = "came through", True
            except RuntimeError as error:
                outcome = str(error)
            print(f"width {text.hidden_size}, image {size}: {outcome}")
    raise SystemExit(came_through)


if __name__ == "__main__":
    main()
