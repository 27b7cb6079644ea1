import type { Instance, Witness } from '../witness/Witness.js';
import type { CheckParts } from './CheckParts.js';

interface Service {
  version: number;
  program: number;
  /** Its end was ordered: by the removal of its folder, or the end of the host. */
  mayEnd: boolean;
  isRollingBack: boolean;
  lastAnswer: number;
  count: number | undefined;
}

/** 2 something always serves, 3 in order, 5 nothing for the same bytes, 6 calls see one version, 10 nothing after a deadline. */
export function checkServing(
  { setup, findings, servingOf }: CheckParts,
  programs: Map<string, number>,
  isUnderWay: (plugin: string) => boolean,
): Witness {
  const all = new Map<string, Service>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        ...{ version: 0, program: 0, mayEnd: true, isRollingBack: false },
        ...{ lastAnswer: 0, count: undefined },
      },
    ]),
  );
  const waiting = new Map<string, Set<number>>();
  const instances = new Map<string, Instance>();
  let isEnding = true;
  const reset = () => {
    for (const service of all.values()) {
      Object.assign(service, {
        version: 0,
        program: 0,
        mayEnd: true,
        isRollingBack: false,
        count: undefined,
      });
    }
    instances.clear();
    waiting.clear();
    programs.clear();
  };
  const change = (plugin: string, service: Service, to: number) => {
    const program = programs.get(`${plugin} ${to}`) ?? 0;
    const from = service.version;
    if (from > 0 && to === 0 && !service.mayEnd)
      findings.report(2, `${plugin} serves no more, and nobody ordered its end`);
    // What was removed and is back begins anew, maybe in the same moment.
    if (from > 0 && to > 0 && !service.isRollingBack && !service.mayEnd) {
      if (to < from) findings.report(3, `${plugin}: version ${to} after ${from}`);
      if (program < service.program)
        findings.report(3, `${plugin}: content ${program} after ${service.program}`);
      if (!isUnderWay(plugin))
        findings.report(10, `${plugin}: version ${to} serves, and no reload is under way`);
      findings.count('swap');
    }
    service.count = instances.get(`${plugin} ${to}`)?.count;
    service.version = to;
    if (to > 0) Object.assign(service, { program, mayEnd: false });
  };
  return {
    subscribed: () => {
      reset();
      isEnding = false;
    },
    ending: () => {
      isEnding = true;
      for (const service of all.values()) service.mayEnd = true;
    },
    removed: (plugin) => {
      const service = all.get(plugin);
      if (service) service.mayEnd = true;
    },
    rolledBack: (plugin, _, isDone) => {
      const service = all.get(plugin);
      if (service) service.isRollingBack = !isDone && !service.isRollingBack;
      findings.count(isDone ? 'rolled back' : 'roll back');
    },
    evaluated: (instance) => {
      const service = all.get(instance.plugin);
      if (!service || service.version === 0 || service.isRollingBack || isEnding) return;
      if (service.program === instance.program.id)
        findings.report(
          5,
          `${instance.plugin}: content ${service.program} serves, and is run again`,
        );
    },
    started: (instance) => {
      const key = `${instance.plugin} ${instance.version}`;
      programs.set(key, instance.program.id);
      instances.set(key, instance);
    },
    stopped: (instance) => {
      const service = all.get(instance.plugin);
      if (!service || isEnding || service.mayEnd) return;
      const serving = instances.get(`${instance.plugin} ${servingOf(instance.plugin)}`);
      if (serving === instance)
        findings.report(2, `${instance.plugin}: the version that serves was stopped`);
      if (instance.callCount > 0)
        findings.report(6, `${instance.plugin}: a version was stopped in the middle of a call`);
    },
    called: (plugin, order) => {
      if (servingOf(plugin) > 0) waiting.set(plugin, (waiting.get(plugin) ?? new Set()).add(order));
    },
    answered: (plugin, order, { program }) => {
      waiting.get(plugin)?.delete(order);
      findings.count('call answered');
      const service = all.get(plugin);
      if (!service || isEnding) return;
      if (program < 0)
        findings.report(6, `${plugin}: a call began in one version and ended in another`);
    },
    refused: (plugin, order, reason) => {
      const wasServing = waiting.get(plugin)?.delete(order) === true;
      const service = all.get(plugin);
      if (wasServing && service?.mayEnd === false && !isEnding)
        findings.report(6, `${plugin}: a call failed: ${reason}`);
    },
    stepped: (serving) => {
      for (const [plugin, service] of all) {
        const version = serving.get(plugin) ?? 0;
        if (version !== service.version) change(plugin, service, version);
      }
    },
    quiet: () => {
      for (const [plugin, orders] of waiting) {
        if (orders.size > 0)
          findings.report(6, `${plugin}: ${orders.size} calls were never answered`);
      }
    },
  };
}
