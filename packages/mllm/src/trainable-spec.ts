/** Which weights training may change. The modality encoder is never among them. */
export type TrainableSpec =
  | { kind: 'full' }
  | { kind: 'projector' }
  /** Low-rank updates W + (alpha / rank) B A of the language model's linear layers named by `targets` (q_proj, …). */
  | { kind: 'lora'; rank: number; alpha: number; targets: string[] }
  | { kind: 'tensors'; names: string[] };
