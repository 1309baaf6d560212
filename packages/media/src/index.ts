export {
  findFfmpeg,
  type EncoderName,
  type FfmpegTools,
  type FindFfmpegOptions,
  type ToolSource,
} from './find-ffmpeg.js';
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
export { decodeAudio, type DecodeAudioOptions } from './decode-audio.js';
export { encodeWav, parseWav, readWav, writeWav, type Sound, type WavSound } from './wav.js';
export {
  listFliteVoices,
  speakFlite,
  type FliteOptions,
  type FliteVoice,
  type FliteVoiceName,
} from './flite/speak-flite.js';
