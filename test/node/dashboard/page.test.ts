import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { NEVER, Subject } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DashboardOptions,
  dashboard,
  type FleetChange,
  type FleetDocument,
  type FleetReport,
  tracePage,
} from '../../../dist/dashboard/index.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { chromiumPath } from './chromiumPath.js';

const executablePath = chromiumPath();
if (executablePath === undefined) {
  console.log('dashboard: no chromium is installed, so its page is not tried in a browser');
}

const EVIL = `<img src=x onerror="document.title='ran'">`;
const START_MS = Date.now() - 20_000;
let browser: Browser;
let ends: (() => unknown)[] = [];
/** What the browser complained of. */
let complaints: string[] = [];

const at = (i: number, ms: number, plugin: string) =>
  ({ v: 1, i, atMs: START_MS + ms, plugin }) as const;
/** Two plugins: one is reloaded, one fails and opens its breaker. The second has a name that a page must not run. */
const story = (first = 0): readonly ReloadEvent[] => [
  { ...at(first, 0, 'counter'), _tag: 'Loaded', version: 1 },
  {
    ...at(first + 1, 1_030, 'counter'),
    ...{ _tag: 'ChangeDetected', paths: ['counter/index.ts'], windowMs: 30, change: 0 },
    ...{ firstAtMs: START_MS + 1_000, count: 2, closedBy: 'quiet' },
  },
  { ...at(first + 2, 1_031, 'counter'), _tag: 'ReloadStarted', attempt: 1, changes: [0] },
  {
    ...at(first + 3, 1_040, 'counter'),
    ...{ _tag: 'Reloaded', from: 1, to: 2, stageMs: { build: 4 }, changes: [0] },
  },
  {
    ...at(first + 4, 2_000, EVIL),
    ...{ _tag: 'ReloadFailed', stillServing: null, willRetry: false },
    error: {
      ...{ _tag: 'CompilationFailed', plugin: EVIL, message: `no ${EVIL}`, file: 'x.ts' },
      ...{ line: 1, column: 1, frame: `> 1 | ${EVIL}` },
    } as never,
  },
  {
    ...at(first + 5, 2_001, EVIL),
    ...{ _tag: 'BreakerChanged', from: 'closed', to: 'open', reason: '5 failures' },
    retryAtMs: START_MS + 600_000,
  },
];

async function show(options: DashboardOptions = {}, viewport = { width: 1_100, height: 800 }) {
  const events$ = new Subject<ReloadEvent>();
  const board = dashboard(events$, options);
  const server = await board.listen();
  ends.push(() => board.close(), server.close);
  const context = await browser.newContext({ viewport });
  ends.push(() => context.close());
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  for (const event of story()) events$.next(event);
  await page.goto(server.url);
  await page.getByText('● connected').waitFor();
  return { events$, board, server, page, context };
}

const pluginButton = (page: Page, name: string) =>
  page.locator('#plugins button').filter({ hasText: name });

describe.skipIf(executablePath === undefined)(
  'the page of the dashboard',
  { timeout: 60_000 },
  () => {
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath ?? '',
        args: ['--no-sandbox'],
      });
    }, 60_000);
    afterAll(() => browser.close());
    afterEach(async () => {
      for (const end of ends.reverse()) await end();
      ends = [];
      complaints = [];
    });

    it('shows each plugin, its card and why, and runs no text of a plugin', async () => {
      const { page } = await show();

      await pluginButton(page, 'counter — v2').waitFor();
      await page.getByText('2 events were folded into this one change.').waitFor();
      await pluginButton(page, 'onerror').click();
      await page.getByText('CompilationFailed', { exact: false }).first().waitFor();
      await page.locator('#frame').getByText(EVIL).waitFor();
      await page
        .locator('#card')
        .getByText(/open, a probe may pass in \d+/)
        .waitFor();
      expect(await page.title()).toBe('hotpipe');
      expect(await page.locator('img').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('shows an event when it happens, and draws it', async () => {
      const { page, events$ } = await show();
      await pluginButton(page, 'counter — v2').waitFor();
      const blank = () =>
        page.evaluate(() => {
          const canvas = document.querySelector('canvas');
          const data = canvas
            ?.getContext('2d')
            ?.getImageData(0, 0, canvas.width, canvas.height).data;
          return data?.every((value) => value === 0);
        });
      await expect.poll(blank).toBe(false);

      events$.next({ ...at(6, 21_000, 'late'), _tag: 'Loaded', version: 7 });
      await pluginButton(page, 'late — v7').waitFor();
      expect(complaints).toEqual([]);
    });

    it('goes on showing what it has painted, as time moves it to the left', async () => {
      const { page } = await show();
      await pluginButton(page, 'counter — v2').waitFor();
      /** The pictures so far; pixels in the colour of what went live, and how far right they begin. */
      const look = () =>
        page.evaluate(() => {
          const canvas = document.querySelector('canvas');
          const pen = canvas?.getContext('2d');
          if (!canvas || !pen) throw new Error('no canvas');
          const probe = document.createElement('canvas').getContext('2d');
          if (!probe) throw new Error('no canvas');
          probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--good');
          probe.fillRect(0, 0, 1, 1);
          const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
          const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
          let [pixels, left] = [0, canvas.width];
          for (let at = 0; at < data.length; at += 4) {
            if (data[at] !== red || data[at + 1] !== green || data[at + 2] !== blue) continue;
            pixels += 1;
            left = Math.min(left, (at / 4) % canvas.width);
          }
          return { pictures: Reflect.get(window, 'hotpipeFrames').count, pixels, left };
        });
      const first = await look();
      expect(first.pixels).toBeGreaterThan(40);
      await expect
        .poll(async () => (await look()).pictures, { timeout: 30_000 })
        .toBeGreaterThan(first.pictures + 10);
      const later = await look();
      expect(later.left).toBeLessThan(first.left);
      // Whole pixels: nothing is blurred, and nothing is missing.
      expect(Math.abs(later.pixels - first.pixels)).toBeLessThan(first.pixels * 0.2);
      expect(complaints).toEqual([]);
    });

    it('gets what it missed when the connection was cut', async () => {
      const { page, events$, context } = await show();
      await pluginButton(page, 'counter — v2').waitFor();
      await context.setOffline(true);
      events$.next({ ...at(6, 3_000, 'counter'), _tag: 'Loaded', version: 9 });
      await context.setOffline(false);
      await page.reload();
      await pluginButton(page, 'counter — v9').waitFor();
      expect(await page.locator('#plugins button').count()).toBe(2);
    });

    it('is used by keyboard', async () => {
      const { page } = await show();
      await pluginButton(page, 'counter — v2').waitFor();
      await page.locator('#scroll').focus();
      await page.keyboard.press('ArrowDown');
      await page.locator('#name').getByText(EVIL).waitFor();
      await page.keyboard.press('ArrowUp');
      await page.locator('#name').getByText('counter').waitFor();
      await page.keyboard.press('ArrowLeft');
      expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('false');
      await page.keyboard.press('End');
      expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('true');
      expect(complaints).toEqual([]);
    });

    it('says why when the pointer is on a mark, and gives a chosen range as a test', async () => {
      const { page } = await show({
        describe: ({ plugin }) => Promise.resolve(`a test of ${plugin}`),
      });
      await pluginButton(page, 'counter — v2').waitFor();
      const box = await page.locator('#canvas').boundingBox();
      if (box === null) throw new Error('no canvas');
      const y = box.y + 30;
      const find = async (word: string) => {
        for (let x = box.x + 5; x < box.x + box.width; x += 3) {
          await page.mouse.move(x, y);
          const tip = page.locator('#tip');
          if ((await tip.isVisible()) && (await tip.textContent())?.startsWith(word)) return x;
        }
        throw new Error(`no mark of ${word}`);
      };
      await page.locator('#scroll').focus();
      await page.keyboard.press('-');
      const x = await find('v2');
      expect(await page.locator('#tip').textContent()).toContain('counter/index.ts changed');

      await page.mouse.move(x - 60, y);
      await page.mouse.down();
      await page.mouse.move(x + 30, y, { steps: 4 });
      await page.mouse.up();
      await page.getByText(/\d+ events of counter in .* are chosen\./).waitFor();
      await page.locator('#copyTest').click();
      await page
        .getByText(/copied|a test of counter/)
        .first()
        .waitFor();
      expect(complaints).toEqual([]);
    });

    it('predicts the run with other settings, and says what cannot be predicted', async () => {
      const asked: (readonly string[])[] = [];
      const { page } = await show({
        predict: (settings) => {
          asked.push(settings);
          if (settings[0] === 'no=1') return Promise.reject(new Error(`not ${EVIL}`));
          const row = (name: string, attempts: number) => ({ name, attempts, serveP50Ms: 1.234 });
          const rows = [row('recorded', 3), row(EVIL, 2)];
          return Promise.resolve({ selfErrorRatio: 0.0312, rows });
        },
      });
      await page.locator('#settings').fill(' debounce.maxMs=100  breaker.trip=3 ');
      await page.locator('#settings').press('Enter');
      await page.getByText('The model is off by 3.1 %').waitFor();
      const lines = await page.locator('#rows tr').all();
      const texts = await Promise.all(
        lines.map((line) => line.locator('th, td').allTextContents()),
      );
      expect(texts).toEqual([
        ['name', 'attempts', 'serveP50Ms'],
        ['recorded', '3', '1.23'],
        [EVIL, '2', '1.23'],
      ]);

      await page.locator('#settings').fill('no=1');
      await page.locator('#settings').press('Enter');
      await page.locator('#predicted').getByText(`not ${EVIL}`).waitFor();
      expect(await page.locator('#rows').isVisible()).toBe(false);
      expect(asked).toEqual([['debounce.maxMs=100', 'breaker.trip=3'], ['no=1']]);
      expect(await page.title()).toBe('hotpipe');
      // A browser reports an answer of 409 by itself.
      expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);

      const without = await show();
      await pluginButton(without.page, 'counter — v2').waitFor();
      expect(await without.page.locator('#whatIf').isVisible()).toBe(false);
    });

    it('opens a trace without the host, and scrubs through it', async () => {
      const { page } = await show();
      const dir = mkdtempSync(join(tmpdir(), 'hotpipe-page-'));
      ends.push(() => rmSync(dir, { recursive: true }));
      const path = join(dir, 'run.ndjson');
      const lines = [
        { k: 'header', v: 1 },
        ...story().map((e) => ({ k: 'ev', e: { ...e, plugin: `of-file-${e.plugin}` } })),
      ];
      writeFileSync(path, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{ damaged`);
      await page.locator('#file').setInputFiles(path);
      await page.getByText('run.ndjson: 6 events, 2 other lines').waitFor();
      await pluginButton(page, 'of-file-counter — v2').waitFor();
      expect(await page.locator('#plugins button').count()).toBe(2);
      await page.locator('#scrub').fill('500');
      expect(complaints).toEqual([]);
    });

    it('shows the trace that it carries, from a disk, and runs no text of it', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'hotpipe-page-'));
      ends.push(() => rmSync(dir, { recursive: true }));
      const path = join(dir, 'run.html');
      const closing = { ...at(9, 3_000, "</script><script>document.title='ran'</script>") };
      const events = [...story(), { ...closing, _tag: 'Loaded', version: 3 } as const];
      writeFileSync(path, tracePage(events, { name: `run "${EVIL}".ndjson` }));
      const context = await browser.newContext();
      ends.push(() => context.close());
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(pathToFileURL(path).href);
      await page.getByText(`run "${EVIL}".ndjson: 7 events`).waitFor();
      await pluginButton(page, 'counter — v2').click();
      await page.getByText('2 events were folded into this one change.').waitFor();
      await pluginButton(page, '</script>').click();
      expect(await page.locator('#plugins button').count()).toBe(3);
      expect(await page.title()).toBe('hotpipe');
      // The policy holds in the file too: a script that is put in does not run.
      await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = "document.title = 'ran'";
        document.body.append(script);
      });
      expect(await page.title()).toBe('hotpipe');
      expect(complaints.filter((text) => !text.includes('Content Security Policy'))).toEqual([]);
    });

    it('gives orders only where it may, and says how they went', async () => {
      const asked: string[] = [];
      const runtime = {
        reloadPlugin: (plugin: string) => () => {
          asked.push(plugin);
          return Promise.resolve({ _tag: 'Right', right: {} });
        },
      };
      const without = await show({ runtime });
      await pluginButton(without.page, 'counter — v2').waitFor();
      expect(await without.page.locator('#orders').isVisible()).toBe(false);

      const { page } = await show({ runtime, actions: true });
      await pluginButton(page, 'counter — v2').click();
      await page.locator('[data-order=reload]').click();
      await page.getByText('counter: done').waitFor();
      expect(asked).toEqual(['counter']);
      expect(complaints).toEqual([]);
    });

    it('shows a fleet: its waves, who refused and why, and what the first host saw', async () => {
      const fleet$ = new Subject<FleetChange>();
      const asked: string[] = [];
      const board = dashboard(NEVER, {
        fleet$,
        describeEvents: (plugin, events) => {
          asked.push(`${plugin} ${events.length}`);
          return Promise.resolve(`a test of ${plugin}`);
        },
      });
      const server = await board.listen();
      ends.push(() => board.close(), server.close);
      const context = await browser.newContext({
        viewport: { width: 320, height: 640 },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      ends.push(() => context.close());
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(server.url);
      await page.getByText('0 hosts are alive, and perhaps more').waitFor();
      // There is no pipeline to look at.
      expect(await page.locator('#main').isVisible()).toBe(false);

      const version = (name: string) => ({ version: name, digest: `sha256-${name}` });
      const wanted = (of: Partial<FleetDocument> = {}): FleetDocument => ({
        ...{ plugin: EVIL, rollout: 'r2', stable: version('1.0.0'), previous: null },
        ...{ candidate: version('2.0.0'), wave: 1, members: ['web-1'], control: ['web-2'] },
        ...{ bakeFromMs: null, refused: [], paused: false, outcome: null, reason: null },
        ...of,
      });
      const report = (host: string, of: Partial<FleetReport>): FleetChange => ({
        _tag: 'report',
        value: {
          ...{ host, plugin: EVIL, rollout: 'r2', status: 'proven', serving: 'sha256-2.0.0' },
          ...{ tried: 'sha256-2.0.0', calls: { ok: 3, failed: 1 } },
          ...of,
        },
      });
      fleet$.next({
        _tag: 'hosts',
        value: { hosts: ['web-1', 'web-2', 'web-3'], isComplete: true },
      });
      fleet$.next({ _tag: 'document', value: wanted(), revision: 1 });
      await page.getByText('2.0.0 on trial, wave 1, 1 hosts; 1.0.0 is stable').waitFor();
      await page.getByText('… web-1 silent').waitFor();
      await page.getByText('= web-2').waitFor();
      await page.getByText('− web-3').waitFor();

      fleet$.next(report('web-1', {}));
      await page.getByText('✓ web-1 proven, serves 2.0.0, 4 calls, 1 failed').waitFor();
      const members = ['web-1', 'web-2', 'web-3'];
      fleet$.next({ _tag: 'document', value: wanted({ wave: 2, members }), revision: 2 });
      const error = {
        _tag: 'InitFailed',
        plugin: EVIL,
        message: `no ${EVIL}`,
        frame: EVIL,
      } as never;
      fleet$.next(report('web-3', { status: 'nack', error, recent: story().slice(0, 4) }));
      const aborted = { ...wanted({ candidate: null, outcome: 'aborted', reason: 'slow' }) };
      fleet$.next({ _tag: 'document', value: aborted, revision: 3 });
      await page.getByText('2.0.0 aborted: slow; 1.0.0 is stable').waitFor();
      await page.getByText(`web-3 refused 2.0.0: InitFailed: no ${EVIL}`).waitFor();
      await page.getByText('✕ web-3 refused').waitFor();
      const groups = await page.locator('#rollouts h3').allTextContents();
      expect(groups).toEqual([
        ...['wave 1: 1', 'wave 2: 2', 'Who refused it, and why'],
        'What web-3, the first of them, saw before',
      ]);
      await page.getByText('counter reloaded version 1 → 2').waitFor();

      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      await page.getByRole('button', { name: 'copy the events' }).click();
      await expect.poll(copied).toContain('"_tag":"Reloaded"');
      await page.getByRole('button', { name: 'copy as a test' }).click();
      await expect.poll(copied).toBe(`a test of ${EVIL}`);
      expect(asked).toEqual([`${EVIL} 4`]);

      // Who comes later sees the same. What has not changed is not drawn anew: a text may be selected in it.
      const first = page.locator('#rollouts article');
      await first.evaluate((article) => article.setAttribute('data-kept', 'yes'));
      fleet$.next({ _tag: 'problem', plugin: 'q', message: 'q: too new' });
      await page.getByText('q: too new').waitFor();
      expect(await first.getAttribute('data-kept')).toBe('yes');
      await page.reload();
      await page.getByText('✕ web-3 refused').waitFor();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      expect(await page.title()).toBe('hotpipe');
      expect(await page.locator('img').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('fits a phone of 320 pixels', async () => {
      const { page } = await show({}, { width: 320, height: 640 });
      await pluginButton(page, 'counter — v2').waitFor();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
    });

    it('keeps 10,000 events, and draws them', async () => {
      const { page, events$ } = await show({ count: 20_000 });
      for (let i = 0; i < 10_000; i += 1) {
        events$.next({ ...at(10 + i, 2_000 + i, `p${i % 40}`), _tag: 'Loaded', version: i });
      }
      await pluginButton(page, 'p39 — v9999').waitFor();
      const events = () => page.evaluate(() => Reflect.get(window, 'hotpipeFrames').events);
      await expect.poll(events).toBe(10_006);
      expect(complaints).toEqual([]);
    });
  },
);
