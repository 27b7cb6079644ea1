// The form that asks what the run would have been with other settings. What the host says is only ever set as text.
import { element, whatIf } from './dom.js';

const predicted = element('predicted', HTMLElement);
const table = element('rows', HTMLTableElement);

type Cell = string | number;
interface Prediction {
  readonly selfErrorRatio: number;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

export function usePrediction(token: string): void {
  whatIf.addEventListener('submit', (event) => {
    event.preventDefault();
    predicted.textContent = 'predicting…';
    table.hidden = true;
    const query = new URLSearchParams({ t: token });
    query.append('set', element('settings', HTMLInputElement).value);
    void fetch(`what-if?${query}`).then(
      async (answer) => {
        const text = await answer.text();
        if (answer.ok) show(JSON.parse(text) as Prediction);
        else predicted.textContent = text;
      },
      () => (predicted.textContent = 'the host does not answer'),
    );
  });
}

function show({ selfErrorRatio, rows }: Prediction): void {
  const percent = Math.round(selfErrorRatio * 1_000) / 10;
  predicted.textContent = `The model is off by ${percent} % when it predicts the run as it was.`;
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => shown(row[name])))];
  table.replaceChildren(
    ...lines.map((cells, at) => {
      const line = document.createElement('tr');
      line.append(
        ...cells.map((text, column) => {
          const cell = document.createElement(at === 0 || column === 0 ? 'th' : 'td');
          if (at === 0) cell.scope = 'col';
          else if (column === 0) cell.scope = 'row';
          cell.textContent = text;
          return cell;
        }),
      );
      return line;
    }),
  );
  table.hidden = false;
}

function shown(cell: Cell | undefined): string {
  return typeof cell === 'number' ? String(Math.round(cell * 100) / 100) : (cell ?? '');
}
