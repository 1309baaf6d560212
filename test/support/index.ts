export {
  sourceCommand,
  startProgram,
  workspaceRoot,
  type Finished,
  type ProgramOptions,
  type RunningProgram,
} from './program.js';
export { expectRefused, filesBelow, messageOf } from './refusal.js';
export { temporaryFolder } from './temporary-folder.js';
export { holdsWhile, linesIn } from './wait-for.js';
