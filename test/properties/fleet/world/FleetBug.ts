/** Mistakes that somebody could make in an agent, an adapter or a controller. */
export type FleetBug =
  /** A late failure of the version before counts for the one that is linked now. */
  | 'attributionByLink'
  /** The lease of a dead holder never ends. */
  | 'ttlDroppedAtRenewal'
  | 'truncatedListIsComplete'
  | 'ackAtReloaded'
  | 'waveSizedByShrunkenSet'
  | 'repeatWithoutOp'
  | 'reloadInsteadOfWayBack'
  /** What serves is unloaded before the version after it has been loaded. */
  | 'unloadedBeforeLoaded'
  /** A document that comes late is followed in place of a newer one. */
  | 'olderDocumentFollowed'
  /** The engine does not compare fences. */
  | 'oldFenceTaken'
  /** A write without an answer counts as done. */
  | 'silenceTakenForDone'
  /** A host loads nothing until it has heard a document. */
  | 'startWaitsForEngine'
  /** A report that was acknowledged is sent again. */
  | 'reportNeverForgotten'
  /** What may have been missed is listened to once more, and the listener before stays. */
  | 'listensOnceMore';

/** How the version behaves that is rolled out. */
export type Behaviour = 'good' | 'failsToLoad' | 'failsLater' | 'ends';
