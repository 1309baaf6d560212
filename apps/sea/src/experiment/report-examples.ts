import type { EvaluationCase, EvaluationResult, ReportExample, ReportMedium } from '@sea-align/evaluation';

/** Cases shown per condition. */
const casesPerCondition = 4;

/** A case's medium as a report shows it; undefined where there is none. */
export type ShowMedium = (item: EvaluationCase) => Promise<ReportMedium | undefined>;

/**
 * A few cases of every condition that gives the model a medium, spread evenly over the condition's cases, with the
 * answers of every arm. Conditions that measure an ability are left out: the table says enough of them.
 */
export async function reportExamples(
  cases: readonly EvaluationCase[],
  arms: readonly Pick<EvaluationResult, 'arm' | 'answers'>[],
  show: ShowMedium,
): Promise<ReportExample[]> {
  const answersOf = arms.map(({ arm, answers }) => ({
    arm,
    byId: new Map(answers.map((answer) => [answer.id, answer])),
  }));
  const byCondition = new Map<string, EvaluationCase[]>();
  for (const item of cases) {
    if (item.medium === undefined || item.measure === 'accuracy') continue;
    const known = byCondition.get(item.condition);
    if (known) known.push(item);
    else byCondition.set(item.condition, [item]);
  }
  const chosen = [...byCondition.values()].flatMap((items) => {
    const stride = Math.max(1, Math.floor(items.length / casesPerCondition));
    return items.filter((_, i) => i % stride === 0).slice(0, casesPerCondition);
  });
  return Promise.all(
    chosen.map(async (item): Promise<ReportExample> => {
      const answers = answersOf.flatMap(({ arm, byId }) => {
        const record = byId.get(item.id);
        return record ? [{ arm, answer: record.answer, verdict: record.verdict }] : [];
      });
      return { condition: item.condition, medium: await show(item), question: item.question, answers };
    }),
  );
}
