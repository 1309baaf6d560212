export {
  findFfmpeg,
  type EncoderName,
  type FfmpegTools,
  type FindFfmpegOptions,
  type ToolSource,
} from './find-ffmpeg.js';
export { checkMediaFile } from './media-file.js';
export {
  countFrames,
  probe,
  type AudioInfo,
  type MediaInfo,
  type ToolOptions,
  type VideoInfo,
} from './probe.js';
export {
  decodeVideo,
  sampleFrames,
  type DecodeVideoOptions,
  type FrameOptions,
  type RawFrame,
} from './decode-video.js';
export { frameHashes } from './frame-hashes.js';
export { sampleHash } from './sample-hash.js';
export {
  encodeH264,
  encodeVideo,
  type EncodedVideo,
  type EncodeVideoOptions,
  type Pictures,
  type VideoCoding,
} from './encode-video.js';
export { normaliseVideo, type NormalisedVideo, type NormaliseOptions } from './normalise-video.js';
export { concatCopy, type ConcatOptions } from './concat-copy.js';
export { encodeAudio, type EncodeAudioOptions } from './encode-audio.js';
export { measureLoudness, type Loudness } from './loudness.js';
export { decodeAudio, type DecodeAudioOptions } from './decode-audio.js';
export { encodeWav, parseWav, readWav, writeWav, type Sound, type WavSound } from './wav.js';
export {
  listFliteVoices,
  speakFlite,
  type FliteOptions,
  type FliteVoice,
  type FliteVoiceName,
} from './flite/speak-flite.js';
export { outlineText, type OutlineOptions, type TextOutline } from './outline/outline-text.js';
