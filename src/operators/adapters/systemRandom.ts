/** The default of every `random` option: the one place where the operators meet real chance. */
export const systemRandom = (): number => Math.random();
