import fc from 'fast-check';
import {
  from,
  lastValueFrom,
  map,
  timer,
  toArray,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { expect, it } from 'vitest';
import { distinctContent } from '../../../src/operators/distinctContent.js';

const saves = fc.array(fc.record({ key: fc.nat(3), content: fc.nat(2), readMs: fc.nat(20) }), {
  maxLength: 40,
});

it('passes exactly the values whose content differs from the last of their key, in order', () => {
  fc.assert(
    fc.property(saves, fc.constantFrom('text', 'bytes', 'stream'), (plan, form) => {
      const scheduler = new VirtualTimeScheduler(VirtualAction);
      const passed: unknown[] = [];
      from(plan)
        .pipe(
          distinctContent(
            ({ content, readMs }) => {
              if (form === 'text') return String(content);
              if (form === 'bytes') return Uint8Array.of(content, content);
              return timer(readMs, scheduler).pipe(map(() => String(content)));
            },
            { key: ({ key }) => key },
          ),
        )
        .subscribe((value) => passed.push(value));
      scheduler.flush();

      const expected = plan.filter(({ key, content }, i) => {
        const last = plan.slice(0, i).findLast((save) => save.key === key);
        return last?.content !== content;
      });
      expect(passed).toEqual(expected);
    }),
  );
});

it('accepts promises of contents', async () => {
  const passed$ = from(['a', 'a', 'b']).pipe(distinctContent(async (v) => v));
  expect(await lastValueFrom(passed$.pipe(toArray()))).toEqual(['a', 'b']);
});
