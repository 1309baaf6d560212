"""Recognises which of a list of phrases each sound file says, by PocketSphinx with a closed grammar.

    python scripts/recognise_speech.py < REQUEST.json > RESULT.json

REQUEST is {"candidates": ["fly a kite", …], "sounds": ["a.wav", …]}; sounds are mono WAV files of 16 bit and 16 kHz. RESULT is
{"pocketsphinx": "5.0.4", "unknown": [candidates with a word that the dictionary lacks], "heard": ["fly a kite" or null, …]}.
Exits with 3 where PocketSphinx is not installed (pip install pocketsphinx).
"""

import importlib.metadata
import json
import os
import re
import sys
import tempfile
import unicodedata
import wave

try:
    import pocketsphinx
except ImportError:
    print("PocketSphinx is not installed (pip install pocketsphinx)", file=sys.stderr)
    sys.exit(3)


def words_of(phrase):
    """Words as the dictionary spells them: lower case, without accents and marks."""
    plain = unicodedata.normalize("NFKD", phrase).encode("ascii", "ignore").decode("ascii").lower()
    return re.findall(r"[a-z0-9']+", plain.replace("-", " "))


def dictionary_words(path):
    with open(path, encoding="utf-8") as lines:
        return {line.split(maxsplit=1)[0] for line in lines if line.strip()}


def samples_of(path):
    with wave.open(path, "rb") as sound:
        if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) != (1, 2, 16000):
            sys.exit(f"{path}: a mono WAV file of 16 bit and 16 kHz is wanted")
        return sound.readframes(sound.getnframes())


def decoder_of(phrases):
    """A decoder that hears exactly one of the phrases, each a list of words."""
    alternatives = " | ".join(sorted({" ".join(words) for words in phrases}))
    with tempfile.NamedTemporaryFile("w", suffix=".jsgf", delete=False, encoding="ascii") as grammar:
        grammar.write(f"#JSGF V1.0;\ngrammar phrases;\npublic <phrase> = {alternatives};\n")
    try:
        return pocketsphinx.Decoder(jsgf=grammar.name, lm=None, loglevel="FATAL")
    finally:
        os.unlink(grammar.name)


def main():
    request = json.load(sys.stdin)
    dictionary = dictionary_words(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    known, unknown = {}, []
    for phrase in request["candidates"]:
        words = words_of(phrase)
        if words and all(word in dictionary for word in words):
            known.setdefault(" ".join(words), phrase)
        else:
            unknown.append(phrase)
    heard = [None] * len(request["sounds"])
    if known:
        decoder = decoder_of([key.split() for key in known])
        for at, path in enumerate(request["sounds"]):
            decoder.start_utt()
            decoder.process_raw(samples_of(path), full_utt=True)
            decoder.end_utt()
            hypothesis = decoder.hyp()
            heard[at] = known.get(hypothesis.hypstr) if hypothesis else None
    version = importlib.metadata.version("pocketsphinx")
    json.dump({"pocketsphinx": version, "unknown": unknown, "heard": heard}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
