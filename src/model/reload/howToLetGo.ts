/** Nobody but the version that serves knows its state: it is not replaced without a person's word. */
export const howToLetGo =
  'To let it go and start from the newest saved state, take its folder away and put it back.';
