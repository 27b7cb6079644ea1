/** As much of opossum as the benches use; the package ships no types. */
declare module 'opossum' {
  export default class CircuitBreaker<A extends unknown[], R> {
    constructor(action: (...args: A) => Promise<R>, options?: Record<string, unknown>);
    fire(...args: A): Promise<R>;
    shutdown(): void;
  }
}
