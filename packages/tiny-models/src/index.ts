export { colours, type Colour } from './world/colours.js';
export {
  conceptById,
  concepts,
  type Concept,
  type ConceptKind,
  type ConceptSplit,
} from './world/concepts.js';
export { places, type Place } from './world/places.js';
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
export { styles, type Style } from './world/styles.js';

export { dangerAnswer, imageDangerQuestions, textDangerQuestions } from './grammar/danger.js';
export {
  colourAnswer,
  colourQuestions,
  describeAnswer,
  describeQuestion,
  openDescribeQuestions,
  styleAnswer,
  styleQuestions,
  svoSentence,
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

export {
  captionCases,
  dangerCases,
  imageRequestCases,
  styleCases,
  textRequestCases,
  type CaseMeasure,
  type CaseOptions,
  type ToyCase,
} from './data/evaluation-cases.js';
export { textSafetyFile, tinyLlavaFolder } from './data/files.js';
export { toyLexicon, type ToyLexiconEntry } from './data/lexicon.js';
export { probeSet, type ProbeSet } from './data/probe-set.js';
export { heldoutConcepts, renderings, seenConcepts, splitNames, type SplitName } from './data/splits.js';
export { datasetWordings, safetyRecord, textSafetyDataset } from './data/text-safety.js';
