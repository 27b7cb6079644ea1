/** What a swap goes through, in this order. */
export type Stage =
  | 'compile'
  | 'load'
  | 'validate'
  | 'quiesce'
  | 'save'
  | 'migrate'
  | 'restore'
  | 'start'
  | 'health'
  | 'commit'
  | 'dispose';
