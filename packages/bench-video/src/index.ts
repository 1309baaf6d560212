export { createComfyTextToVideo, type ComfyTextToVideoOptions } from './text-to-video/comfy-text-to-video.js';
export { createHttpTextToVideo, type HttpTextToVideoOptions } from './text-to-video/http-text-to-video.js';
export {
  createHuggingFaceTextToVideo,
  type HuggingFaceProvider,
  type HuggingFaceTextToVideoOptions,
} from './text-to-video/huggingface-text-to-video.js';
export type {
  TextToVideo,
  VideoEstimate,
  VideoProvenance,
  VideoRequest,
} from './text-to-video/text-to-video.js';
export { videoErrorCodes, type VideoErrorCode } from './text-to-video/video-error-codes.js';
export type { CostOptions, WebOptions } from './text-to-video/web-options.js';
export { createSceneAnimator } from './animator/scene-animator.js';
export {
  describeScene,
  sceneRequest,
  type SceneDescription,
  type SceneTask,
} from './scene/scene-description.js';
export { checkTextStyle, clipFormat, type TextStyle } from './typo/text-style.js';
export type { WordEncoderOptions } from './typo/word-encoder.js';
export { TypoRenderer, typoClip, type ShownText, type TypoProvenance } from './typo/typo-renderer.js';
export { dmClip, dmFrames, type DmOptions, type DmProvenance } from './clips/dm-clip.js';
export { dmTypoClip, type DmTypoProvenance } from './clips/dm-typo-clip.js';
