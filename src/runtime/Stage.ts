/** What a swap goes through, in this order. */
export type Stage =
  | 'detect'
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
