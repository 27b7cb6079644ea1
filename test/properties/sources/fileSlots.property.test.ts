import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileSlots } from '../../../src/sources/forest/FileSlots.js';

const letters = fc.constantFrom('a', 'b', '.', 'é', '😀', ' ', '\\', '\n', 'A', '\u0301');
const name = fc.string({ unit: letters, minLength: 1, maxLength: 3 });
const names = (maxLength: number) => fc.uniqueArray(name, { maxLength });
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), name, slot: fc.nat(5000) }),
  fc.record({ do: fc.constant('delete' as const), name }),
  fc.record({ do: fc.constant('addAll' as const), names: names(120) }),
);

it('knows what a Map knows, packed or not, whatever names are like and however many there are', () => {
  fc.assert(
    fc.property(names(120), fc.array(step, { maxLength: 6 }), names(30), (first, steps, asked) => {
      const slots = new FileSlots();
      const known = new Map<string, number>();
      let nextSlot = 10_000;
      const addAll = (each: readonly string[]) => {
        const added = each.filter((one) => !known.has(one));
        const firstSlot = nextSlot;
        slots.addAll(added, (count) => {
          nextSlot += count;
          return firstSlot;
        });
        const given = added.map((one) => slots.get(one));
        // Each name has a slot of its own, and all slots are taken.
        expect([...given].sort((a = 0, b = 0) => a - b)).toEqual(
          added.map((_, place) => firstSlot + place),
        );
        for (const [place, one] of added.entries()) known.set(one, given[place] ?? -1);
      };
      const agree = () => {
        expect(slots.size).toBe(known.size);
        expect([...slots.names()].sort()).toEqual([...known.keys()].sort());
        for (const one of [...asked, ...known.keys()]) {
          expect(slots.get(one)).toBe(known.get(one));
          expect(slots.has(one)).toBe(known.has(one));
        }
      };
      addAll(first);
      agree();
      for (const each of steps) {
        if (each.do === 'addAll') addAll(each.names);
        else if (each.do === 'delete') {
          slots.delete(each.name);
          known.delete(each.name);
        } else {
          slots.set(each.name, each.slot);
          known.set(each.name, each.slot);
        }
        agree();
      }
    }),
    { numRuns: 500 },
  );
});
