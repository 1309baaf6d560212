/** What a model under test can be. */
export const targetKinds = ['engine', 'server', 'command'] as const;
export type TargetKind = (typeof targetKinds)[number];
