import { CHAIN_START, accountStream, chainHash, commandIdOf, eventIdOf } from '#identity';
import { START_MS, benchUser } from '../even-load.js';
import { SOURCE, STEP_MS, templates, type TemplateEvent } from './template-events.js';

/** Which accounts of a load one thread generates: every `threads`th group, beginning with `thread`. */
export interface Share {
  readonly accounts: number;
  readonly rounds: number;
  readonly thread: number;
  readonly threads: number;
}

export const GROUP_ACCOUNTS = 2_000;
const HASH_BYTES = 32;

/** Enough rounds for that many events of all accounts together, and how many each account has then. */
export function roundsFor(
  events: number,
  accounts: number,
): { readonly rounds: number; readonly each: number } {
  let [rounds, each] = [0, 0];
  for (const { length } of templates()) {
    rounds += 1;
    each += length;
    if (each * accounts >= events) break;
  }
  return { rounds, each };
}

export interface Chunk {
  readonly text: string;
  readonly events: number;
}

/**
 * Generates the events of an even load as text for COPY, with ids and hashes as the command processor
 * would write them: round by round, and in a round account by account. Of each account only its last
 * hash is kept.
 */
export function* chunksOf({ accounts, rounds, thread, threads }: Share): Generator<Chunk> {
  const hashes = Buffer.alloc(accounts * HASH_BYTES);
  let before = 0;
  const source = templates();
  for (let round = 0; round < rounds; round += 1) {
    const events = source.next().value as readonly TemplateEvent[];
    for (let group = thread; group * GROUP_ACCOUNTS < accounts; group += threads) {
      const first = group * GROUP_ACCOUNTS;
      const last = Math.min(first + GROUP_ACCOUNTS, accounts);
      let text = '';
      for (let account = first; account < last; account += 1) {
        const position = before + account * events.length + 1;
        const turnIn = (of: number): number => of * accounts + account;
        text += turnOf(account, turnIn, round, position, events, hashes);
      }
      yield { text, events: (last - first) * events.length };
    }
    before += accounts * events.length;
  }
}

function turnOf(
  account: number,
  turnIn: (round: number) => number,
  round: number,
  position: number,
  events: readonly TemplateEvent[],
  hashes: Buffer,
): string {
  const userId = benchUser(account);
  const stream = accountStream(userId);
  const turn = turnIn(round);
  const at = new Date(START_MS + turn * STEP_MS).toISOString();
  const place = hashes.subarray(account * HASH_BYTES, (account + 1) * HASH_BYTES);
  let hash: Uint8Array = round === 0 ? CHAIN_START : Buffer.from(place);
  let lines = '';
  for (const [index, { revision, type, letter, data, meta }] of events.entries()) {
    const commandId = commandIdOf(userId, SOURCE, `${letter}-${turn}`);
    const of = { userId, turn, at, commandId, turnIn };
    const id = eventIdOf(commandId, revision);
    const event = { stream, revision, id, type, data: data(of), meta: meta(of) };
    hash = chainHash(hash, event);
    const hex = Buffer.from(hash).toString('hex');
    const columns = [position + index, revision, id, stream, type, event.data, event.meta];
    lines += `${columns.join('\t')}\t\\\\x${hex}\n`;
  }
  place.set(hash);
  return lines;
}
