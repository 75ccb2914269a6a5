import type { KeyObject } from 'node:crypto';
import { consistencyProof } from '../evidence/merkle-proofs.js';
import type { EventSource } from '../store/event-source.js';
import { CannotCheckError } from '../store/errors.js';
import type { WorkerPool } from './jobs.js';
import { verifyStore, type VerificationResult, type VerifyOptions } from './verify-store.js';
import { signAnchor, type Anchor, type SignedAnchor } from '../evidence/anchor-file.js';

export interface SignStoreOptions {
  readonly key: KeyObject;
  readonly time: string;
  /** The previous anchor. The store must still hold its events, and the new anchor proves that it does. */
  readonly after: Anchor | null;
  readonly begin?: VerifyOptions['onStart'];
}

export interface SignStoreResult {
  readonly verified: VerificationResult;
  /** null: a damaged store is not signed. */
  readonly anchor: SignedAnchor | null;
}

/** Verifies the whole store and signs what it holds, if no damage was found. */
export async function signStore(
  source: EventSource,
  pool: WorkerPool,
  { key, time, after, begin }: SignStoreOptions,
): Promise<SignStoreResult> {
  const verified = await verifyStore(source, pool, {
    anchors: after === null ? [] : [after],
    tree: true,
    ...(begin && { onStart: begin }),
  });
  const { findings, tree, last, events: size } = verified;
  if (!findings.isClean) return { verified, anchor: null };
  if (last === null || tree === null)
    throw new CannotCheckError('an empty store has nothing to sign');
  const anchor: Anchor = {
    store: source.kind,
    time,
    size,
    position: last,
    eventsRoot: tree.eventsRoot,
    accounts: tree.accounts,
    accountsRoot: tree.accountsRoot,
    previous:
      after === null
        ? null
        : {
            size: after.size,
            eventsRoot: after.eventsRoot,
            proof: await consistencyProof(after.size, size, tree.events.rangeRoots(source, last)),
          },
  };
  return { verified, anchor: signAnchor(anchor, key) };
}
