/** The part of opossum that the bench uses: the package has no types. */
declare module 'opossum' {
  export default class CircuitBreaker<R> {
    constructor(
      action: () => Promise<R>,
      options: { timeout: false | number; volumeThreshold: number; resetTimeout: number },
    );
    fire(): Promise<R>;
  }
}
