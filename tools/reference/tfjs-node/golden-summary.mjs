/** Tensors of a golden case by what they are; masks, positions and labels are compared exactly and left out here. */
function kindOf(tensor) {
  if (tensor.startsWith('grad_')) return 'gradients';
  if (tensor.startsWith('loss')) return 'loss';
  if (tensor === 'logits') return 'logits';
  return /hidden|output|embeds|norm/.test(tensor) ? 'activations' : undefined;
}

/** @returns lines on a report of `verify:golden --json`: engine, how many cases passed, largest absolute differences */
export function goldenSummary({ engine, cases }) {
  const largest = new Map();
  for (const { tensor, maxDifference } of cases.flatMap(({ tensors }) => tensors)) {
    const kind = kindOf(tensor);
    if (kind !== undefined) largest.set(kind, Math.max(largest.get(kind) ?? 0, maxDifference));
  }
  const passed = cases.filter((one) => one.passed).length;
  const differences = [...largest].map(([kind, value]) => `${kind} ${value.toExponential(1)}`).sort();
  return [
    engine,
    `${passed} of ${cases.length} cases within tolerance; largest differences: ${differences.join(', ')}`,
  ];
}
