import { Injectable } from '@nestjs/common';

/** Any provider of the application. It outlives each version of the plugins that use it. */
@Injectable()
export class Visits {
  readonly #counts = new Map<string, number>();

  count(name: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count;
  }
}
