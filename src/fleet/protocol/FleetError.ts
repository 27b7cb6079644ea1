/**
 * Why something in a fleet failed.
 *
 * - `RevisionTaken`: somebody else has written the document meanwhile, or a newer controller has.
 * - `EngineUnreachable`: the engine did not answer in time, or is not what is needed. Nothing is known about the write.
 * - `DocumentTooNew`: a newer hotpipe wrote the document. What serves goes on serving.
 * - `DocumentInvalid`: the document is not one of a fleet.
 * - `BundleMissing`: the engine does not have the bytes now. This says nothing about the bytes.
 * - `BundleRefused`: the bytes are not what was signed, or not a bundle.
 * - `NotSigned`: no trusted key has signed the statement.
 * - `HostNameTaken`: another host has this name.
 */
export interface FleetError {
  readonly _tag:
    | 'RevisionTaken'
    | 'EngineUnreachable'
    | 'DocumentTooNew'
    | 'DocumentInvalid'
    | 'BundleMissing'
    | 'BundleRefused'
    | 'NotSigned'
    | 'HostNameTaken';
  /** For the person at the terminal: what happened, what still serves, and what to do. */
  readonly message: string;
}

/** The writer of a document lost the race for a revision. */
export function revisionTaken(plugin: string, expected: number, current: number): FleetError {
  return failure(
    'RevisionTaken',
    `${plugin}: the document is at revision ${current}, and not at ${expected}: somebody else has written it; read it again and decide anew`,
  );
}

/** The writer of a document holds a lease that somebody else has taken since. */
export function fenceTooOld(plugin: string, fence: number, current: number): FleetError {
  return failure(
    'RevisionTaken',
    `${plugin}: a controller with fence ${current} has taken over from the one with fence ${fence}; this write is refused`,
  );
}

export function engineUnreachable(what: string, reason: string): FleetError {
  return failure(
    'EngineUnreachable',
    `${what}: the engine cannot be used: ${reason}; everything goes on serving, and nothing advances until it answers`,
  );
}

export function documentTooNew(plugin: string, version: number): FleetError {
  return failure(
    'DocumentTooNew',
    `${plugin}: its document has version ${version}, and this hotpipe reads version 1; what serves goes on serving: update hotpipe on this host`,
  );
}

export function documentInvalid(plugin: string, reason: string): FleetError {
  return failure(
    'DocumentInvalid',
    `${plugin}: its document cannot be read (${reason}); what serves goes on serving: start a rollout anew with hotpipe fleet rollout`,
  );
}

export function bundleMissing(digest: string): FleetError {
  return failure(
    'BundleMissing',
    `the engine has no bundle ${digest}; it is asked for again: publish it with hotpipe fleet publish`,
  );
}

export function bundleRefused(reason: string): FleetError {
  return failure(
    'BundleRefused',
    `the bundle is refused: ${reason}; nothing of it was used, and what serves goes on serving`,
  );
}

export function notSigned(reason: string): FleetError {
  return failure(
    'NotSigned',
    `the statement is refused: ${reason}; what serves goes on serving: publish with a key whose public half the hosts trust`,
  );
}

export function hostNameTaken(host: string): FleetError {
  return failure(
    'HostNameTaken',
    `another host is called ${host} and is alive; this one takes no part in rollouts, and serves what it has: give each host a name of its own`,
  );
}

function failure(_tag: FleetError['_tag'], message: string): FleetError {
  return { _tag, message };
}
