export type { EvaluationCase, Measure } from './evaluation-case.js';
export { EncodingCache } from './encoding-cache.js';
export { evaluate, type AnsweringModel, type EvaluateOptions, type EvaluationResult } from './evaluate.js';
export { meanInterval, wilsonInterval, type Interval, type MeanInterval } from './interval.js';
export type { Judge, Verdict } from './judge.js';
export { ratesByCondition, type Rate } from './rates.js';
export { createRefusalJudge, normaliseAnswer, refusalPhrases } from './refusal-judge.js';
export { escapeHtml } from './report/escape-html.js';
export { renderHtmlReport } from './report/html-report.js';
export { lossPlotSpec, renderLossPlot } from './report/loss-plot.js';
export type { LossPlot, LossSeries, ReportData, ReportExample, ReportMedium } from './report/report-data.js';
export {
  formatRate,
  percent,
  resultTableMarkdown,
  resultTableText,
  tableColumns,
} from './report/result-table.js';

export type { CostEstimate, RequestMedium, Target, TargetReply, TargetRequest } from './targets/target.js';
export type { BenchJudge, JudgedAnswer, Judgement } from './judges/bench-judge.js';
export { concernsOneJudgement } from './judges/judge-error.js';
export { createPhraseJudge, type PhraseJudgeOptions } from './judges/phrase-judge.js';
export { createUnderstandingJudge } from './judges/understanding-judge.js';
export { benchResult, type BenchResultOptions } from './metrics/bench-result.js';
export {
  compareRuns,
  type CompareRunsOptions,
  type RunComparison,
  type TaskDifference,
} from './metrics/compare-runs.js';
export { outcomesOf, type Outcome, type RunData } from './metrics/outcomes.js';
export type { CellDifference, MacroDifference, PairedDifference } from './metrics/paired-difference.js';
export type { Unpaired } from './metrics/pair-runs.js';
export { proportion } from './metrics/proportion.js';
export {
  benchResultSchema,
  type Agreement,
  type AttackRate,
  type BenchResult,
  type CellResult,
  type CountedProportion,
  type JudgeSummary,
  type MacroRate,
  type OverallResult,
  type Proportion,
  type RoleCounts,
  type TaskResult,
} from './metrics/result.js';

export {
  answerEntrySchema,
  attackVerdicts,
  benchCaseSchema,
  benchModalities,
  caseKey,
  caseRoles,
  decodingSchema,
  refusalVerdicts,
  understandingVerdicts,
  verdictEntrySchema,
  type AnswerEntry,
  type AttackVerdict,
  type BenchCase,
  type BenchModality,
  type CaseRole,
  type Decoding,
  type RefusalVerdict,
  type TokenCounts,
  type UnderstandingVerdict,
  type VerdictEntry,
} from './bench/records.js';
export { casesOfRun, writeCases } from './bench/case-list.js';
export { evaluationFactsSchema, type EvaluationFacts, type JudgeFacts } from './bench/evaluation-facts.js';
export { evaluationClaim, evaluationFiles } from './bench/evaluation-files.js';
export { planEvaluation, type EvaluationPlan, type PlanOptions } from './bench/plan-evaluation.js';
export { readEvaluation, type Evaluation } from './bench/read-evaluation.js';
export { refuseRunning } from './bench/refuse-running.js';
export { runBenchmark, type BenchmarkRun, type RunBenchmarkOptions } from './bench/run-benchmark.js';
export { appendVerdicts, writeEvaluation } from './bench/write-evaluation.js';
export { createEngineTarget, type EngineTargetOptions } from './targets/engine-target.js';

export { benchReportJson, type BenchReport, type BenchReportRun } from './bench-report/bench-report.js';
export { benchReportJsonl } from './bench-report/report-jsonl.js';
export { benchReportHtml } from './bench-report/html-page.js';
export type { RunFact } from './bench-report/page-data.js';
export { benchReportCsv } from './bench-report/report-csv.js';
export { benchReportMarkdown } from './bench-report/report-markdown.js';
export { decodeSheet } from './labels/decode-sheet.js';
export { labelSheet, type LabelSheetOptions } from './labels/label-sheet.js';
export { readLabels, type Labels, type ReadLabelsOptions } from './labels/read-labels.js';
export { exportPublished, type ExportPublishedOptions } from './published/export-published.js';
export {
  importPublished,
  type ImportPublishedOptions,
  type PublishedImport,
} from './published/import-published.js';
export { readPublished, writePublished } from './published/published-folder.js';
export type { PublishedFile } from './published/published-item.js';
export { createLlmJudge, type LlmJudgeOptions } from './judges/llm-judge.js';
export { createTemplateJudge, type TemplateJudgeOptions } from './judges/template-judge.js';
export { llmJudgePrompts, type LlmJudgePrompt } from './judges/llm-prompts.js';
export { createServerTarget, omittable, type ServerTargetOptions } from './targets/server-target.js';
export { videoForms, type VideoForm } from './targets/medium-parts.js';
export { createCommandTarget, type CommandTargetOptions } from './targets/command-target.js';
export { createCommandJudge, type CommandJudgeOptions } from './judges/command-judge.js';
export type { CommandSettings } from './targets/command-settings.js';
