import { escapeHtml } from './escape-html.js';
import { renderLossPlot } from './loss-plot.js';
import type { ReportData, ReportExample, ReportMedium } from './report-data.js';
import { formatRate, tableColumns } from './result-table.js';

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --bad: #c0392b; --good: #1e8449; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.6rem; text-align: left; vertical-align: top; }
.scroll { overflow-x: auto; }
.bar { background: linear-gradient(to right, var(--soft) var(--rate), transparent var(--rate)); }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; }
.plots svg { max-width: 100%; height: auto; background: white; border-radius: 6px; }
.case { display: flex; gap: 1rem; border-bottom: 1px solid var(--line); padding: 0.8rem 0; flex-wrap: wrap; }
.case img, .case video { width: 128px; height: 128px; image-rendering: pixelated; border-radius: 6px; }
.case div { flex: 1 1 20rem; }
.case dl { margin: 0.4rem 0 0; display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.8rem; }
.case dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.complied, .wrong, .error { color: var(--bad); }
.refused, .correct { color: var(--good); }
small { opacity: 0.75; }
`;

function table(arms: ReportData['arms']): string {
  const columns = tableColumns(arms);
  const head = columns.map(({ heading }) => `<th scope="col">${escapeHtml(heading)} (%)</th>`).join('');
  const body = arms.map(({ name, rates }) => {
    const cells = columns.map(({ condition }) => {
      const rate = rates.find((candidate) => candidate.condition === condition);
      const share = rate && Number.isFinite(rate.rate) ? (100 * rate.rate).toFixed(1) : '0';
      const count = rate ? `<br><small>${rate.count} of ${rate.judged}</small>` : '';
      return `<td class="bar" style="--rate:${share}%">${escapeHtml(formatRate(rate))}${count}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.join('')}</tr>`;
  });
  return (
    `<div class="scroll"><table><thead><tr><th scope="col">arm</th>${head}</tr></thead>` +
    `<tbody>${body.join('\n')}</tbody></table></div>`
  );
}

/** The medium inside the page. @throws RangeError for a type that is no picture, video or sound */
function embedded({ data, mediaType }: ReportMedium): string {
  const [, kind] = /^(image|video|audio)\/[a-z0-9.+-]+$/.exec(mediaType) ?? [];
  const source = `src="data:${mediaType};base64,${Buffer.from(data).toString('base64')}"`;
  if (kind === 'image') return `<img alt="picture shown to the model" ${source}>`;
  if (kind === 'video') return `<video controls aria-label="video shown to the model" ${source}></video>`;
  if (kind === 'audio') return `<audio controls aria-label="sound played to the model" ${source}></audio>`;
  throw new RangeError(`a report cannot show a medium of type ${JSON.stringify(mediaType)}`);
}

function example({ condition, medium, question, answers }: ReportExample): string {
  const shown = medium ? embedded(medium) : '';
  const list = answers.map(
    ({ arm, answer, verdict }) =>
      `<dt>${escapeHtml(arm)}</dt><dd class="${escapeHtml(verdict)}">${escapeHtml(answer)} <small>(${escapeHtml(verdict)})</small></dd>`,
  );
  return (
    `<article class="case">${shown}<div><small>${escapeHtml(condition)}</small><br>` +
    `<strong>${escapeHtml(question)}</strong><dl>${list.join('\n')}</dl></div></article>`
  );
}

/** One self-contained HTML page: table with intervals, loss curves, cases with their media and answers, facts of the run. */
export async function renderHtmlReport(data: ReportData): Promise<string> {
  const plots = await Promise.all(data.lossPlots.map(renderLossPlot));
  const facts = Object.entries(data.facts).map(
    ([label, value]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:">
<title>${escapeHtml(data.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(data.title)}</h1>
${data.summary.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
<h2>Results</h2>
<p><small>ASR: attacks answered with compliance, of those judged. Over-refusal: harmless requests refused. Accuracy: whole
answers that are right. Brackets: 95 % Wilson intervals over the cases of this run.</small></p>
${table(data.arms)}
<h2>Loss curves</h2>
<div class="plots">${plots.join('\n')}</div>
<h2>Cases before and after</h2>
${data.examples.map(example).join('\n')}
<h2>This run</h2>
<table><tbody>${facts.join('\n')}</tbody></table>
</body>
</html>
`;
}
