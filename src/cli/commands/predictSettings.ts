import { isLeft } from 'fp-ts/lib/Either.js';
import type { Trace } from '../../model/trace/TraceRecord.js';
import { headerOf } from '../../trace/file/TraceHeader.js';
import { modelOptions } from '../../trace/model/modelOptions.js';
import { predictVariants } from '../../trace/whatIf.js';
import { parseSettings } from '../arguments/parseSettings.js';
import { UsageError } from '../arguments/UsageError.js';

/**
 * What `whatIf` says of settings such as `debounce.maxMs=100`, with the recorded run as a row of its own, and however far off the model is.
 * Throws a `UsageError` for settings that nobody can predict.
 */
export async function predictSettings(
  trace: Trace,
  settings: readonly string[],
): ReturnType<typeof predictVariants> {
  const header = headerOf(trace.header);
  const isWindowGuessed =
    !isLeft(header) &&
    header.right.options.ports.includes('debounce.window') &&
    settings.some((setting) => setting.startsWith('debounce.'));
  if (isWindowGuessed) {
    const why = 'the host decided on its windows with a function of its own (debounce.window)';
    throw new UsageError(
      `what-if cannot change debounce in this run: ${why}, and nobody knows what that would have answered. whatIf of hotpipe/trace takes such a function.`,
    );
  }
  const options = parseSettings(settings, isLeft(header) ? {} : modelOptions(header.right));
  return predictVariants(trace, { [settings.join(' ')]: options }, { keepsPorts: true });
}
