import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { withoutControls } from './escape-html.js';
import type { LossPlot } from './report-data.js';

/** Longest series that is drawn point by point; longer ones are thinned evenly, first and last point kept. */
const mostPoints = 400;

function points(plot: LossPlot): { series: string; step: number; loss: number }[] {
  return plot.series.flatMap(({ name, losses }) => {
    const stride = Math.max(1, Math.ceil(losses.length / mostPoints));
    return losses.flatMap((entry, i) => {
      if (i % stride !== 0 && i !== losses.length - 1) return [];
      const [step, loss] = typeof entry === 'number' ? [i, entry] : entry;
      return Number.isFinite(loss) ? [{ series: withoutControls(name), step, loss }] : [];
    });
  });
}

/** Vega-Lite specification of a loss plot: reusable outside the report. */
export function lossPlotSpec(plot: LossPlot): TopLevelSpec {
  const many = plot.series.length > 12;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 420,
    height: 220,
    background: 'white',
    title: withoutControls(plot.title),
    data: { values: points(plot) },
    mark: { type: 'line', opacity: many ? 0.35 : 0.9, strokeWidth: many ? 1 : 1.5 },
    encoding: {
      x: { field: 'step', type: 'quantitative', title: 'step' },
      y: { field: 'loss', type: 'quantitative', title: withoutControls(plot.yTitle) },
      ...(many
        ? { detail: { field: 'series', type: 'nominal' } }
        : { color: { field: 'series', type: 'nominal', title: null, legend: { labelLimit: 0 } } }),
    },
  };
}

/** Draws a loss plot as an SVG string, without a browser. */
export async function renderLossPlot(plot: LossPlot): Promise<string> {
  const view = new vega.View(vega.parse(compile(lossPlotSpec(plot)).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
