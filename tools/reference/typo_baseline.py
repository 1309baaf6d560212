"""TYPO clips as a Python programmer writes them: PIL draws each word, OpenCV's VideoWriter codes every frame as H.264.

The baseline of `npm run bench -- typo`. Reads a JSON object from standard input:
  {"phrases": [...], "out": DIR, "fontSize": px, "framesPerWord": n, "workers": n, "ffmpeg": PATH}
writes DIR/<n>.mp4 (640x384, 24 frames a second, white on black) and prints one line of JSON: seconds, frames, writer,
versions. Wheels of OpenCV from PyPI hold no H.264 encoder; then the frames go to ffmpeg's libx264 by a pipe, with the
preset and threads that OpenCV would have used (its defaults), and `writer` says so.

`--probe` prints what would be used, without any work. Needs: opencv-python-headless (or Debian's python3-opencv), pillow.
"""

import json
import os
import subprocess
import sys
import time
from multiprocessing import Pool

WIDTH, HEIGHT, RATE, MARGIN = 640, 384, 24, 32


def opens_h264(cv2) -> bool:
    """Whether this OpenCV can write H.264."""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"typo-probe-{os.getpid()}.mp4")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"avc1"), RATE, (WIDTH, HEIGHT))
    opened = writer.isOpened()
    writer.release()
    if os.path.exists(path):
        os.remove(path)
    return opened


def draw(word: str, size: int):
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(word)
    if right - left > WIDTH - 2 * MARGIN:
        font = ImageFont.load_default(max(6, int(size * (WIDTH - 2 * MARGIN) / (right - left))))
    image = Image.new("RGB", (WIDTH, HEIGHT), "black")
    ImageDraw.Draw(image).text((WIDTH / 2, HEIGHT / 2), word, font=font, fill="white", anchor="mm")
    return image


def write_opencv(phrase: str, path: str, job: dict) -> int:
    import cv2
    import numpy

    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"avc1"), RATE, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise RuntimeError("OpenCV cannot write H.264")
    frames = 0
    for word in phrase.split():
        picture = cv2.cvtColor(numpy.asarray(draw(word, job["fontSize"])), cv2.COLOR_RGB2BGR)
        for _ in range(job["framesPerWord"]):
            writer.write(picture)
            frames += 1
    writer.release()
    return frames


def write_piped(phrase: str, path: str, job: dict) -> int:
    command = [job["ffmpeg"], "-nostdin", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", path]
    frames = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        for word in phrase.split():
            picture = draw(word, job["fontSize"]).tobytes()
            for _ in range(job["framesPerWord"]):
                encoder.stdin.write(picture)
                frames += 1
        encoder.stdin.close()
    if encoder.returncode != 0:
        raise RuntimeError(f"ffmpeg ended with code {encoder.returncode}")
    return frames


def write_one(task: tuple) -> int:
    number, phrase, job = task
    path = os.path.join(job["out"], f"{number}.mp4")
    return (write_opencv if job["opencv"] else write_piped)(phrase, path, job)


def main() -> None:
    # OpenCV tells of every encoder that it tries; the answer is in isOpened().
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2
    import PIL

    opencv = opens_h264(cv2)
    facts = {
        "opencv": cv2.__version__,
        "pillow": PIL.__version__,
        "writer": "OpenCV VideoWriter (avc1)" if opencv else "ffmpeg libx264 by a pipe (this OpenCV has no H.264)",
    }
    if "--probe" in sys.argv:
        print(json.dumps(facts))
        return
    job = json.load(sys.stdin)
    job["opencv"] = opencv
    tasks = [(number, phrase, job) for number, phrase in enumerate(job.pop("phrases"))]
    started = time.perf_counter()
    if job["workers"] > 1:
        with Pool(job["workers"]) as pool:
            frames = sum(pool.imap_unordered(write_one, tasks))
    else:
        frames = sum(map(write_one, tasks))
    print(json.dumps({"seconds": time.perf_counter() - started, "frames": frames, **facts}))


if __name__ == "__main__":
    main()
