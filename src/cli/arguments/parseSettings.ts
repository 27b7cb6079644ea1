import { closestName } from '../../model/closestName.js';
import type { HotReloadOptions } from '../../pipeline/options/HotReloadOptions.js';
import {
  backoffClasses,
  breakerClasses,
  debounceClasses,
  optionClasses,
} from '../../pipeline/record/optionClasses.js';
import { UsageError } from './UsageError.js';

/** What may be set: options that are data, and two that are a number nearly always. */
const NAMES: readonly string[] = [
  ...dataNames('', optionClasses),
  ...dataNames('debounce.', debounceClasses),
  ...dataNames('backoff.', backoffClasses),
  ...dataNames('breaker.', breakerClasses),
  'breaker.openForMs',
];

/**
 * Options with settings such as `debounce.maxMs=100` put into them. `breaker.trip=3` is three failures in a row.
 *
 * @param recorded - The sets that a setting changes one value of.
 */
export function parseSettings(
  settings: readonly string[],
  recorded: Partial<HotReloadOptions>,
): Partial<HotReloadOptions> {
  const changed: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const name = at < 0 ? setting : setting.slice(0, at);
    if (!NAMES.includes(name)) {
      const close = closestName(name, NAMES);
      const hint =
        close === undefined ? `there are: ${NAMES.join(', ')}` : `did you mean ${close}?`;
      throw new UsageError(`--set ${name} is no option that can be set; ${hint}`);
    }
    if (at < 0) throw new UsageError(`--set ${name} has no value; write --set ${name}=VALUE`);
    const value = valueOf(name, setting.slice(at + 1));
    const [set = '', field] = name.split('.');
    if (field === undefined) changed[set] = value;
    else {
      const before: unknown = changed[set] ?? Reflect.get(recorded, set);
      changed[set] = { ...(typeof before === 'object' ? before : {}), [field]: value };
    }
  }
  // The names are those of options; `hotReload` checks the values.
  return changed;
}

function valueOf(name: string, text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(number)) return text;
  return name === 'breaker.trip' ? { _tag: 'consecutive', failureCount: number } : number;
}

function dataNames(prefix: string, classes: Readonly<Record<string, string>>): readonly string[] {
  const data = Object.entries(classes).filter(([, kind]) => kind === 'data');
  return data.map(([name]) => prefix + name);
}
