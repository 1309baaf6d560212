import { createHash } from 'node:crypto';
import { escapeHtml } from '../report/escape-html.js';
import { pageCases } from './page-cases.js';
import { pageScript } from './page-script.generated.js';
import { pageStyle } from './page-style.js';
import { summaryOf, type BenchReport } from './bench-report.js';

/** Data blocks are written in pieces of about this many characters. */
const pieceLength = 1 << 20;

/**
 * The report as one HTML page that loads nothing but the media of the benchmark, piece by piece: write the pieces one after
 * another. Works from `file://`.
 *
 * @throws DatasetError for a run with two cases of one key
 */
export function* benchReportHtml(report: BenchReport): Generator<string, void, undefined> {
  const { cases, answers } = pageCases(report.runs);
  yield head(report.title);
  yield* dataBlock('data-summary', [json(summaryOf(report))]);
  yield* dataBlock('data-cases', jsonList(cases));
  for (const [run, ofRun] of answers.entries()) yield* dataBlock(`data-answers-${run}`, jsonList(ofRun));
  yield `<script>${pageScript}</script>\n</body>\n</html>\n`;
}

function head(title: string): string {
  const policy = [
    "default-src 'none'",
    `script-src '${contentHash(pageScript)}'`,
    `style-src '${contentHash(pageStyle)}'`,
    "media-src 'self' file:",
    "img-src 'self' file: data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<a id="skip" class="skip" href="#cases">To the cases</a>
<div id="main" role="main"><noscript>This report is drawn by the script that is in it. Without scripts, read the Markdown report.</noscript></div>
`;
}

function contentHash(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

/** JSON that cannot end the element that it stands in: it holds no `<`. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function* jsonList(values: readonly unknown[]): Generator<string> {
  yield '[';
  for (const [at, value] of values.entries()) yield (at === 0 ? '' : ',\n') + json(value);
  yield ']';
}

function* dataBlock(id: string, parts: Iterable<string>): Generator<string> {
  let piece = `<script type="application/json" id="${id}">`;
  for (const part of parts) {
    piece += part;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}</script>\n`;
}
