"""Loads an adapter written by @sea-align/alignment in PEFT, merges it there and compares with our merged weights.

    python tools/reference/check_peft_adapter.py BASE_FOLDER ADAPTER_FOLDER MERGED_FOLDER

BASE_FOLDER and MERGED_FOLDER are LLaVA checkpoint folders (config.json, model.safetensors), the latter as written by
`align({ ..., merged: true })`. Needs torch, transformers >= 4.52, peft and safetensors. Exit status 1 if PEFT left a
module without its factors, adapted another one, or merges to other weights.
"""

import sys
import warnings

import torch
from peft import PeftModel
from transformers import LlavaForConditionalGeneration

TOLERANCE = 1e-6


def load(folder):
    return LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)


def main(base_folder, adapter_folder, merged_folder):
    with warnings.catch_warnings():
        # PEFT only warns of missing adapter keys.
        warnings.simplefilter("error")
        adapted = PeftModel.from_pretrained(load(base_folder), adapter_folder)
    modules = [name for name, _ in adapted.named_modules() if name.endswith(".lora_A.default")]
    silent = [name for name, tensor in adapted.named_parameters() if "lora_B" in name and not tensor.any()]
    encoder = [name for name in modules if "vision_tower" in name]
    print(f"{len(modules)} modules adapted, {len(silent)} without effect, {len(encoder)} in the modality encoder")
    failed = not modules or bool(silent) or bool(encoder)

    merged = adapted.merge_and_unload().state_dict()
    ours = load(merged_folder).state_dict()
    base = load(base_folder).state_dict()
    worst = max((merged[name] - tensor).abs().max().item() for name, tensor in ours.items())
    change = max((base[name] - tensor).abs().max().item() for name, tensor in ours.items())
    print(f"largest change by the adapter {change:.3g}; largest difference between PEFT's merge and ours {worst:.3g}")
    if failed or worst > TOLERANCE or change == 0:
        sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
