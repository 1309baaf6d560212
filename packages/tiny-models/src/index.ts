export { colours, type Colour } from './world/colours.js';
export {
  conceptById,
  concepts,
  type Concept,
  type ConceptKind,
  type ConceptSplit,
} from './world/concepts.js';
export { places, type Place } from './world/places.js';
export { toyModalities, type SceneSpecs, type ToyModality, type ToyScene } from './world/modality.js';
export { worldOf, type MediumFile, type Named, type World } from './world/world.js';

export { modelResolution, renderPixels, renderScene } from './world/render.js';
export {
  colourById,
  renderSvg,
  sampleScene,
  sizes,
  styleById,
  type SceneSpec,
  type Size,
} from './world/scene.js';
export type { Proportions, Role, Shape } from './world/shapes.js';
export { styles, type Paint, type Style } from './world/styles.js';

export { cameraStyles, type CameraStyle } from './world/video/camera.js';
export { clipFrames, renderFilmStrip, sampleClip, type ClipSpec } from './world/video/clip.js';
export {
  clipRate,
  clipResolution,
  renderClip,
  renderClipWebp,
  type ClipFrame,
} from './world/video/render-clip.js';

export { recordingStyles, type RecordingStyle } from './world/audio/recording-styles.js';
export { sampleRecording, type RecordingSpec } from './world/audio/recording.js';
export {
  recordingSeconds,
  renderRecording,
  renderRecordingWav,
  spokenText,
} from './world/audio/render-recording.js';
export { heldoutSpeeds, trainingSpeeds, voices, type Voice } from './world/audio/voices.js';

export { dangerAnswer, mediumDangerQuestions, textDangerQuestions } from './grammar/danger.js';
export {
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  styleAnswer,
  styleQuestions,
  svoSentence,
  traitAnswer,
  traitQuestions,
} from './grammar/describe.js';
export { textFacts, type TextFact } from './grammar/facts.js';
export {
  complianceAnswer,
  detoxifiedInstruction,
  howToInstruction,
  howToWordings,
  multimodalInstruction,
  refusalAnswers,
} from './grammar/how-to.js';
export { sameAnswer, spacedWords } from './grammar/normalise.js';
export { vocabulary } from './grammar/vocabulary.js';
export { introduction, wordingOf, type Wording } from './grammar/wording.js';

export {
  captionCases,
  dangerCases,
  imageRequestCases,
  mediumRequestCases,
  styleCases,
  textRequestCases,
  traitCases,
  type AccuracyCases,
  type CaseMeasure,
  type CaseOptions,
  type ImageCaseOptions,
  type ToyCase,
} from './data/evaluation-cases.js';
export { textSafetyFile, tinyLlavaFolder, tinyModelFolder, tinyModelNames } from './data/files.js';
export { toyLexicon, type ToyLexiconEntry } from './data/lexicon.js';
export { probeSet, type ProbeOptions, type ProbeSet } from './data/probe-set.js';
export {
  heldoutConcepts,
  renderings,
  seenConcepts,
  splitNames,
  type RenderingOptions,
  type SplitName,
} from './data/splits.js';
export { datasetWordings, safetyRecord, textSafetyDataset } from './data/text-safety.js';
