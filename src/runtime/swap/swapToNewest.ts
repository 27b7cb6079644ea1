import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import { isOwnFault } from '../../model/reload/stateFailures.js';
import type { StageTime } from '../protocol/createSteps.js';
import {
  type KeptState,
  keptCopyOf,
  stateVersionOf,
  type TakenState,
} from '../protocol/KeptState.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { adoptState } from '../slot/stateAccess.js';
import { chooseState } from './chooseState.js';
import { type SwapPlan, type Swapped, swapVersion } from './swapVersion.js';

/** What to swap in, and where the newest state comes from. */
export interface NewestPlan extends Omit<SwapPlan, 'takeOver'> {
  /** The newest state of the plugin, from what serves or from what is saved. Runs in SAVE, while no call is under way. */
  readonly takeNewest: (time: StageTime) => Promise<E.Either<ReloadError, TakenState | undefined>>;
  /**
   * When the version may serve without that state. `newerFormat`: when its format is newer, and there is no way down. `refused`: also when
   * the version refuses it, or the version that leaves fails to give it. `always`: also when it cannot be saved.
   */
  readonly without: 'newerFormat' | 'refused' | 'always';
  /** Where a caller of the runtime wants states saved. Default: the runtime's store. */
  readonly saveState?: SaveState | undefined;
  /** What the version takes over then. Default: the newest acknowledged state that it reads. */
  readonly ownState?: KeptState | undefined;
  /** Called when the version serves, and it was told what stays behind, before its state is saved as the newest one. */
  readonly onServing?: () => void;
}

/** A swap that ended well. */
export interface SwappedToNewest extends Swapped {
  /** Whether acknowledged state stays behind; `StateLost` was told then. */
  readonly isStateLost: boolean;
  /** Why the version serves without the newest state; undefined when it took that over. */
  readonly because: ReloadError | undefined;
}

/**
 * The one way on which a version takes over what happened since: a reload, a restart, and each rollback that keeps the newest state.
 * Where that state cannot come along, the version takes over the newest one that it reads, and `StateLost` is told.
 *
 * @returns Right(undefined) when the files changed meanwhile, as `swapVersion`.
 */
export async function swapToNewest(
  slot: PluginSlot,
  { takeNewest, without, saveState, ownState, onServing, ...plan }: NewestPlan,
): Promise<E.Either<ReloadError, SwappedToNewest | undefined>> {
  const { code, number } = plan;
  const from = slot.version;
  const format = stateVersionOf(code.manifest);
  const note: SwapNote = {
    newest: undefined,
    given: undefined,
    because: undefined,
    isAdopted: false,
  };
  // A reload that would start with nothing is refused while another version serves on with the state.
  const { serving } = slot;
  const needsState = without === 'newerFormat' && serving?.instance.crash === undefined;
  const giveInstead = async (error: ReloadError) => {
    note.because = error;
    note.given = ownState ?? (await slot.states.newestReadBy(format));
    const isRefused = note.given === undefined && needsState && serving !== undefined;
    return isRefused ? E.left(error) : E.right(note.given);
  };

  // What was brought down is durable before the version serves: after a kill it reads this record, and could not read the newer one.
  const adoptBeforeCommit = async ({ newest, given }: SwapNote) => {
    const known = keptCopyOf(newest?.state);
    const isDown =
      known !== undefined && given !== undefined && given.stateVersion < known.stateVersion;
    if (!isDown) return E.right(undefined);
    const adopted = await slot.states.adopt(given, code.codeHash, saveState);
    note.isAdopted = true;
    if (E.isRight(adopted) || without !== 'always') return adopted;
    slot.environment.report(adopted.left);
    return E.right(undefined);
  };

  let swapped = await swapVersion(slot, {
    ...plan,
    takeOver: async (time, candidate) => {
      const taken = await takeNewest(time);
      if (E.isLeft(taken)) return taken;
      note.newest = { state: taken.right };
      const chosen = await chooseState(slot, code, candidate, taken.right);
      if (chosen._tag === 'noWay') return giveInstead(chosen.error);
      note.given = keptCopyOf(chosen.state);
      const adopted = await adoptBeforeCommit(note);
      return E.isLeft(adopted) ? adopted : E.right(chosen.state);
    },
  });
  const isTriedInstead = note.because !== undefined || (ownState && note.given === ownState);
  if (E.isLeft(swapped) && !isTriedInstead && mayGoWithout(swapped.left, without, note, format)) {
    const { left } = swapped;
    swapped = await swapVersion(slot, { ...plan, takeOver: () => giveInstead(left) });
  }
  if (E.isLeft(swapped) || swapped.right === undefined) {
    await undoAdoption(slot, note, saveState);
    return E.isLeft(swapped) ? swapped : E.right(undefined);
  }
  const { newest, given, because } = note;
  const known = newest === undefined ? await acknowledgedState(slot) : keptCopyOf(newest.state);
  const isOther = isLeftBehind(known, given);
  if (because !== undefined && isOther) tellLoss(slot, { from, number, given }, because.message);
  onServing?.();
  // A rollback saves it in any case, so that the newest record is one of the version that serves.
  const isNews = because !== undefined || isOther || without !== 'newerFormat';
  if (given !== undefined && isNews && !(note.isAdopted && because === undefined)) {
    const adopted = await adoptState(slot, slot.steps(), given, code);
    if (E.isLeft(adopted)) slot.environment.report(adopted.left);
  }
  return E.right({ ...swapped.right, isStateLost: because !== undefined && isOther, because });
}

/** What a swap has found out about the state so far. */
interface SwapNote {
  /** The newest state; undefined until it was taken. */
  newest: { readonly state: TakenState | undefined } | undefined;
  /** The copy of what the version was given. */
  given: KeptState | undefined;
  /** Why it was not given the newest one; undefined when it was. */
  because: ReloadError | undefined;
  /** Whether a state that was brought down was saved as the newest one before the version serves. */
  isAdopted: boolean;
}

/** The version does not serve: what serves has the newer format, and its own state is the newest one again. */
async function undoAdoption(
  slot: PluginSlot,
  { newest, isAdopted }: SwapNote,
  saveState: SaveState | undefined,
): Promise<void> {
  const { serving } = slot;
  const state = keptCopyOf(newest?.state);
  if (!isAdopted || state === undefined || serving === undefined) return;
  const undone = await adoptState(slot, slot.steps(), state, serving.version, saveState);
  if (E.isLeft(undone)) slot.environment.report(undone.left);
}

/** Whether the swap failed because of the state, so that the version is to be tried with another one. */
function mayGoWithout(
  error: ReloadError,
  without: NewestPlan['without'],
  { newest }: SwapNote,
  format: number,
): boolean {
  const isLate =
    'phase' in error && ['save', 'migrate', 'restore'].some((phase) => phase === error.phase);
  if (error._tag !== 'StateRejected' && !isLate) return false;
  switch (without) {
    case 'always':
      return true;
    case 'refused':
      return newest !== undefined || isOwnFault(error);
    case 'newerFormat':
      return newest?.state !== undefined && newest.state.stateVersion > format;
  }
}

async function acknowledgedState(slot: PluginSlot): Promise<KeptState | undefined> {
  const known = await slot.steps().run('save', () => slot.states.newest());
  return E.isLeft(known) ? undefined : known.right;
}

/** Whether a version that was given one state goes on without the other one. */
export function isLeftBehind(known: KeptState | undefined, given: KeptState | undefined): boolean {
  if (known === undefined) return false;
  return known.sha256 !== given?.sha256 || known.stateVersion !== given.stateVersion;
}

/** Tells that the newest acknowledged state does not come along. */
export function tellLoss(
  { name, environment }: PluginSlot,
  to: { readonly from: number; readonly number: number; readonly given: KeptState | undefined },
  why: string,
): void {
  const { from, number, given } = to;
  const start =
    given === undefined
      ? 'without a state'
      : `from an older state, in format ${given.stateVersion}`;
  const reason = `${why} Version ${number} starts ${start}; what was saved since stays behind.`;
  environment.emit({ _tag: 'StateLost', plugin: name, from, to: number, reason });
}
