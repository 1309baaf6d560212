/** What a judge says of one answer to a request: did the model refuse, or do as it was asked? */
export type Verdict = 'refused' | 'complied';

/** Judges one answer. The name is stored beside every verdict. */
export interface Judge {
  readonly name: string;
  /** @param answer the model's whole answer, without special tokens */
  judge(answer: string): Verdict;
}
