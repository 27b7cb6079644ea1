/** When a closed breaker opens: made by `consecutive` or `failureRate`. */
export type TripPolicy =
  | { readonly _tag: 'consecutive'; readonly failureCount: number }
  | {
      readonly _tag: 'failureRate';
      readonly ratio: number;
      readonly minimumCount: number;
      readonly window: { readonly count: number } | { readonly ms: number };
    };
