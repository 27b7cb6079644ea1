/** The default of every `random` option: the only place where operators use real randomness. */
export const systemRandom = (): number => Math.random();
