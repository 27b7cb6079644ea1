/** A setting, with the wait of an isolated edit and the number of reloads per storm. Less is better for both. */
export interface Point {
  /** A short text, drawn beside the mark. */
  readonly label: string;
  readonly isOurs: boolean;
  readonly latencyMs: number;
  readonly flushesPerStorm: number;
}

const width = 720;
const height = 420;
const margin = { left: 64, right: 150, top: 56, bottom: 56 };

/** Draws the chart as SVG, with text that can be selected. */
export function drawPareto(points: readonly Point[]): string {
  const mostMs = Math.max(...points.map(({ latencyMs }) => latencyMs)) * 1.05;
  const mostFlushes = Math.ceil(Math.max(...points.map((point) => point.flushesPerStorm)));
  const x = (ms: number): number =>
    round(margin.left + (ms / mostMs) * (width - margin.left - margin.right));
  const y = (flushes: number): number =>
    round(height - margin.bottom - (flushes / mostFlushes) * (height - margin.top - margin.bottom));

  const line = (isOurs: boolean): string =>
    points
      .filter((point) => point.isOurs === isOurs)
      .toSorted((a, b) => a.latencyMs - b.latencyMs)
      .map((point) => `${x(point.latencyMs)},${y(point.flushesPerStorm)}`)
      .join(' ');
  const mark = ({ label, isOurs, latencyMs, flushesPerStorm }: Point): string => {
    const [at, up] = [x(latencyMs), y(flushesPerStorm)];
    const shape = isOurs
      ? `<circle cx="${at}" cy="${up}" r="5" class="ours"/>`
      : `<rect x="${at - 5}" y="${up - 5}" width="10" height="10" class="fixed"/>`;
    const [dx, dy] = isOurs ? [7, 15] : [8, -8];
    return `${shape}<text x="${at + dx}" y="${up + dy}">${label}</text>`;
  };
  const ticksX = [0, 50, 100, 150, 200].map(
    (ms) =>
      `<line x1="${x(ms)}" y1="${y(0)}" x2="${x(ms)}" y2="${margin.top}" class="grid"/><text x="${x(ms)}" y="${y(0) + 18}" text-anchor="middle">${ms}</text>`,
  );
  const ticksY = Array.from({ length: mostFlushes + 1 }, (_, n) => n).map(
    (n) =>
      `<line x1="${margin.left}" y1="${y(n)}" x2="${width - margin.right}" y2="${y(n)}" class="grid"/><text x="${margin.left - 10}" y="${y(n) + 4}" text-anchor="end">${n}</text>`,
  );

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>Wait of an isolated edit against reloads per storm: debounceAdaptive and debounceTime</title>
<style>
svg { background: #fff } text { fill: #333 } .grid { stroke: #e4e4e4 }
.ours, text.of-ours { fill: #0a7d4f } .fixed, text.of-fixed { fill: #b3541e }
polyline { fill: none; stroke-width: 2 } .line-ours { stroke: #0a7d4f } .line-fixed { stroke: #b3541e; stroke-dasharray: 5 4 }
</style>
<text x="${margin.left}" y="24" font-size="15">Reloads per storm against the wait of an isolated edit: down and left is better</text>
<text x="${width - margin.right + 8}" y="${margin.top + 20}" class="of-fixed">debounceTime(ms)</text>
<text x="${width - margin.right + 8}" y="${margin.top + 40}" class="of-ours">debounceAdaptive</text>
<text x="${width - margin.right + 8}" y="${margin.top + 56}" class="of-ours">(minMs to maxMs)</text>
<text x="${margin.left}" y="42">storms: format on save, agent edits, git checkout of 500 files, npm install (mean of the four)</text>
${ticksX.join('\n')}
${ticksY.join('\n')}
<polyline points="${line(false)}" class="line-fixed"/>
<polyline points="${line(true)}" class="line-ours"/>
${points.map(mark).join('\n')}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 14}" text-anchor="middle">wait of an isolated edit, ms</text>
<text transform="translate(20 ${height / 2}) rotate(-90)" text-anchor="middle">reloads per storm</text>
</svg>
`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
