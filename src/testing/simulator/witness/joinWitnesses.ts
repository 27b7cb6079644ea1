import type { Witness } from './Witness.js';

/** Tells all what one is told, in order. */
export function joinWitnesses(witnesses: readonly Witness[]): Required<Witness> {
  const each = (tell: (witness: Witness) => void) => witnesses.forEach(tell);
  return {
    subscribed: () => each((one) => one.subscribed?.()),
    ending: (how) => each((one) => one.ending?.(how)),
    event: (event) => each((one) => one.event?.(event)),
    ended: (how) => each((one) => one.ended?.(how)),
    sourceEvent: (event, plugins) => each((one) => one.sourceEvent?.(event, plugins)),
    reloadEntered: (plugin) => each((one) => one.reloadEntered?.(plugin)),
    reloadLeft: (plugin) => each((one) => one.reloadLeft?.(plugin)),
    saveBegun: (record) => each((one) => one.saveBegun?.(record)),
    saveEnded: (record, result) => each((one) => one.saveEnded?.(record, result)),
    corruptTold: (path) => each((one) => one.corruptTold?.(path)),
    evaluated: (instance) => each((one) => one.evaluated?.(instance)),
    restored: (instance, text) => each((one) => one.restored?.(instance, text)),
    started: (instance) => each((one) => one.started?.(instance)),
    stopped: (instance) => each((one) => one.stopped?.(instance)),
    called: (plugin, order) => each((one) => one.called?.(plugin, order)),
    answered: (plugin, order, answer) => each((one) => one.answered?.(plugin, order, answer)),
    refused: (plugin, order, reason) => each((one) => one.refused?.(plugin, order, reason)),
    clockSet: (byMs) => each((one) => one.clockSet?.(byMs)),
    removed: (plugin) => each((one) => one.removed?.(plugin)),
    written: (plugin, program) => each((one) => one.written?.(plugin, program)),
    rotted: (plugin, seq, path) => each((one) => one.rotted?.(plugin, seq, path)),
    rolledBack: (plugin, to, isDone) => each((one) => one.rolledBack?.(plugin, to, isDone)),
    stepped: (serving) => {
      for (const one of witnesses) one.stepped?.(serving);
    },
    quiet: () => each((one) => one.quiet?.()),
  };
}
