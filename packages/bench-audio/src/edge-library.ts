import { speechError, speechErrorCodes } from './speech-error.js';

export type EdgeLibrary = typeof import('msedge-tts');

/** Of the library in package.json, where it is pinned. */
export const edgeLibraryVersion = '2.0.7';

/**
 * msedge-tts, an optional dependency: its install script runs a package that may not be there, and npm then leaves it out.
 * Throws MediaError (`SEA_SPEECH_LIBRARY`) if it is not installed.
 */
export async function loadEdgeLibrary(
  load: () => Promise<EdgeLibrary> = () => import('msedge-tts'),
): Promise<EdgeLibrary> {
  try {
    return await load();
  } catch (cause) {
    throw speechError(
      speechErrorCodes.library,
      'The voice edge-tts needs msedge-tts, which is not installed.',
      {
        hint: `npm install --ignore-scripts msedge-tts@${edgeLibraryVersion}`,
        cause,
      },
    );
  }
}
