// What a fleet tells: its rollouts, the hosts of each wave, who refused and why. Text of hosts and plugins is only ever set as text.
import type {
  FleetPicture,
  GroupPicture,
  HostState,
  RefusalPicture,
  RolloutPicture,
} from '../fleet/FleetPicture.js';
import { element, fleet, main } from './dom.js';
import { shown, state } from './moment.js';
import { copyText } from './texts.js';

/** Each state has a shape of its own: no colour is needed. */
const MARKS: Readonly<Record<HostState, string>> = {
  ...{ proven: '✓', serving: '●', accepted: '◔', refused: '✕' },
  ...{ silent: '…', gone: '○', compared: '=', waiting: '−' },
};

/** What is on the page, by plugin. What has not changed stays: somebody may be selecting a text of it. */
const drawn = new Map<string, { readonly json: string; readonly article: HTMLElement }>();

/** Whether the host makes tests of events; it says so at the connection. */
export const fleetTests = { are: false };

export function useFleet(token: string, stream: EventSource): void {
  stream.addEventListener('fleet', ({ data }: MessageEvent<string>) => {
    const picture: unknown = JSON.parse(data);
    show(picture as FleetPicture, token);
  });
}

function show({ hostCount, isComplete, rollouts, problems }: FleetPicture, token: string): void {
  if (shown.isFile) return;
  fleet.hidden = false;
  // Whoever looks at a fleet alone has no pipeline to look at.
  main.hidden = state.events.length === 0;
  const lacks = isComplete ? '' : ', and perhaps more: the list is not complete yet';
  const nothing = rollouts.length === 0 ? ' Nothing was ever rolled out.' : '';
  element('fleetLine', HTMLElement).textContent = [
    `${hostCount} hosts are alive${lacks}.${nothing}`,
    ...problems,
  ].join(' ');
  element('rollouts', HTMLElement).replaceChildren(
    ...rollouts.map((rollout) => {
      const json = JSON.stringify([rollout, fleetTests.are]);
      const known = drawn.get(rollout.plugin);
      const article = known?.json === json ? known.article : rolloutOf(rollout, token);
      drawn.set(rollout.plugin, { json, article });
      return article;
    }),
  );
}

function rolloutOf(rollout: RolloutPicture, token: string): HTMLElement {
  const { plugin, line, groups, refusals, moreRefusals, first, recent } = rollout;
  const article = document.createElement('article');
  article.append(text('h2', `${plugin}: ${line}`));
  for (const group of groups) article.append(...groupOf(group));
  if (refusals.length > 0) {
    const more = moreRefusals > 0 ? `, and ${moreRefusals} more` : '';
    article.append(text('h3', `Who refused it, and why${more}`), refusalsOf(refusals));
  }
  if (recent.length > 0) {
    article.append(
      text('h3', `What ${first}, the first of them, saw before`),
      text('pre', recent.join('\n')),
    );
    article.append(...copies(plugin, token));
  }
  return article;
}

function groupOf({ name, hosts, moreCount }: GroupPicture): readonly HTMLElement[] {
  const list = document.createElement('ul');
  for (const { host, state: standing, about } of hosts) {
    const item = text('li', `${MARKS[standing]} ${host}`);
    item.className = standing;
    item.title = about === '' ? standing : `${standing}, ${about}`;
    const said = item.appendChild(text('span', ` ${item.title}`));
    said.className = 'said';
    list.append(item);
  }
  if (moreCount > 0) list.append(text('li', `and ${moreCount} more`));
  return [text('h3', `${name}: ${hosts.length + moreCount}`), list];
}

function refusalsOf(refusals: readonly RefusalPicture[]): HTMLElement {
  const list = document.createElement('ol');
  for (const { host, version, reason, frame } of refusals) {
    const item = text('li', `${host} refused ${version}: ${reason}`);
    if (frame !== '') item.append(text('pre', frame));
    list.append(item);
  }
  return list;
}

function copies(plugin: string, token: string): readonly HTMLElement[] {
  const said = text('p', '');
  said.setAttribute('role', 'status');
  const box = text('pre', '');
  box.hidden = true;
  const button = (label: string, path: string): HTMLElement => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', () => {
      const query = new URLSearchParams({ t: token, plugin });
      void fetch(`${path}?${query}`).then(
        async (answer) => {
          const body = await answer.text();
          if (answer.ok) await copyText(body, said, box);
          else said.textContent = body;
        },
        () => (said.textContent = 'the host does not answer'),
      );
    });
    return made;
  };
  return [
    button('copy the events', 'fleet-events'),
    ...(fleetTests.are ? [button('copy as a test', 'fleet-test')] : []),
    ...[said, box],
  ];
}

function text(tag: 'h2' | 'h3' | 'p' | 'pre' | 'li' | 'span', content: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = content;
  return made;
}
