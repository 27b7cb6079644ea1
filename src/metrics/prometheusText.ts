/** A label and its value, in the order in which they are written. */
export type Labels = readonly (readonly [name: string, value: string])[];

/** One metric with its series. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** What follows the family's name, as `_bucket` does. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Labels;
  readonly value: number;
}

/**
 * Metrics as the text that Prometheus reads.
 *
 * @source https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4)
 */
export function prometheusText(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(
      ({ suffix = '', labels, value }) =>
        `${name}${suffix}${textOfLabels(labels)} ${textOfNumber(value)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

function textOfLabels(labels: Labels): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',')}}`;
}

function textOfNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
