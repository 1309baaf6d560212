/** One clip to be made. A generator may give another size, rate or length: `dmClip` normalises what it gets. */
export interface VideoRequest {
  prompt: string;
  width: number;
  height: number;
  fps: number;
  numFrames: number;
  /** Whole number in 0 … 2^31 - 1: what every server takes. */
  seed: number;
  signal?: AbortSignal;
}

/** Who made a clip and from what: written to the manifest beside the file. Holds no secret. */
export interface VideoProvenance {
  generator: string;
  /** Version of the generator, or 'unknown' where its server does not tell. */
  version: string;
  /** True: not from a text-to-video model, only shaped like one's output. */
  standIn: boolean;
  prompt: string;
  seed: number;
  /** Whatever else shaped the clip: model, size asked for, steps. JSON only. */
  parameters: Record<string, unknown>;
}

/** What a number of clips would take, as far as known before asking. */
export interface VideoEstimate {
  clips: number;
  /** Calls to a server, without polling and retries. */
  calls: number;
  /** Missing if unknown. */
  seconds?: number;
  /** Missing if no price was given. */
  spend?: { amount: number; currency: string };
  note: string;
}

/** Makes a video from a prompt: a server's diffusion model, or a stand-in without one. */
export interface TextToVideo {
  /** In words, for logs, manifest and report. Holds no secret. */
  readonly name: string;
  readonly standIn: boolean;
  /** Asks nothing; needs no key. */
  estimate?(clips: number): VideoEstimate;
  /**
   * Writes the clip to `out`, in whatever container it came. Throws MediaError with a code of `videoErrorCodes`,
   * ConfigError for a missing key, DiskError, or the reason of `signal`.
   */
  generate(request: VideoRequest, out: string): Promise<VideoProvenance>;
}
