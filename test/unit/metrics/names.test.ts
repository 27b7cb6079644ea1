import { readFileSync } from 'node:fs';
import { from } from 'rxjs';
import { expect, it } from 'vitest';
import { prometheusMetrics } from '../../../src/metrics/index.js';

const names = new Map(
  [
    ...prometheusMetrics(from([]))
      .text()
      .matchAll(/^# TYPE (\S+) (\S+)$/gm),
  ].map(([, name = '', type = '']) => [name, type]),
);

it('docs/metrics.md lists each metric with its type, and no other', () => {
  const page = readFileSync('docs/metrics.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(hotpipe_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  expect(rows.sort()).toEqual([...names].sort());
});

it('the dashboard for Grafana asks for metrics that exist, and for each of them', () => {
  const board: unknown = JSON.parse(readFileSync('examples/grafana/hotpipe.json', 'utf8'));
  const asked = new Set(
    [...JSON.stringify(board).matchAll(/hotpipe_\w+/g)].map(([name]) =>
      name.replace(/_(?:bucket|sum|count)$/, ''),
    ),
  );
  expect([...asked].sort()).toEqual([...names.keys()].sort());
});
