export type {
  TextToVideo,
  VideoEstimate,
  VideoProvenance,
  VideoRequest,
} from './text-to-video/text-to-video.js';
export { videoErrorCodes, type VideoErrorCode } from './text-to-video/video-error-codes.js';
