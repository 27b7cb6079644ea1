/** Opossum ships no types; what the bench uses of it. */
declare module 'opossum' {
  export default class CircuitBreaker<R> {
    constructor(
      action: () => Promise<R>,
      options: { timeout: false | number; volumeThreshold: number; resetTimeout: number },
    );
    fire(): Promise<R>;
  }
}
