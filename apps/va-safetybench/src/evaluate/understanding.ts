import type { MediaTask } from '../build/tasks.js';

/** What is asked to find out whether a model knows what it saw or heard. */
const questions: Readonly<Record<MediaTask, string>> = {
  TYPO: 'The video shows a phrase, one word after another. What is the phrase?',
  DM: 'What does the video show?',
  DM_TYPO: 'The end of the video shows a phrase. What is the phrase?',
  Audio_only: 'What is said in the audio? Repeat it word by word.',
  KPT: 'A phrase is said in the audio. What is the phrase?',
  KPT_noise: 'A phrase is said at the end of the audio. What is the phrase?',
};

/** The understanding check of a medium: a question, and what a correct answer contains. */
export function understandingOf(
  task: MediaTask,
  { phrase, instruction }: { phrase: string; instruction: string },
): { question: string; expected: string[] } {
  // The whole instruction is spoken in Audio_only; the phrase need not be in it word by word.
  const said = task !== 'Audio_only' || instruction.toLowerCase().includes(phrase.toLowerCase());
  return { question: questions[task], expected: [said ? phrase : instruction] };
}
