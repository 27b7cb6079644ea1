/** What a store keeps, unless told otherwise. */
export const stateLimits = { generations: 3, maxBytes: 16 * 1024 * 1024 } as const;
