import { accountStream } from '#identity';
import {
  DEFAULT_POLICY,
  decide,
  TERMS_OF_RULES_1,
  emptyAccount,
  evolve,
  serializeEvent,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import type { EncodedEvent, EventStore, NonEmpty } from '#event-store';
import { START_MS, benchUser, commandsOf, hex, type CommandEnvelope } from './even-load.js';

const STEP_MS = 50;

/** Fills a store with the events of an even load over that many users, and returns their number. */
export async function fillStore(store: EventStore, users: number, events: number): Promise<number> {
  const accounts = Array.from({ length: users }, () => emptyAccount(DEFAULT_POLICY));
  let written = 0;
  for (let turn = 0; written < events; turn++) {
    const index = turn % users;
    const account = accounts[index];
    if (account === undefined) break;
    for (const command of commandsOf(Math.floor(turn / users), turn, envelopeFor(index, turn))) {
      written += await appendDecision(store, account, command, written);
    }
  }
  return written;
}

async function appendDecision(
  store: EventStore,
  account: Account,
  command: LedgerCommand,
  written: number,
): Promise<number> {
  const decision = decide(command, account, TERMS_OF_RULES_1);
  if (decision.kind !== 'record') throw new Error(`the load expected events: ${decision.kind}`);
  const expected = account.revision;
  const [first, ...rest] = decision.events;
  const encoded: NonEmpty<EncodedEvent> = [
    encode(command, first, written),
    ...rest.map((event, index) => encode(command, event, written + 1 + index)),
  ];
  for (const event of decision.events) evolve(account, event);
  const result = await store.append(accountStream(command.userId), expected, encoded);
  if (result.kind !== 'ok') throw new Error(`the load was not written: ${result.kind}`);
  return encoded.length;
}

function encode(command: LedgerCommand, event: LedgerEvent, place: number): EncodedEvent {
  const { source, id, type } = command;
  return {
    ...serializeEvent(event, {
      command: { source, id, type },
      policy: '0'.repeat(64),
      correlation: command.commandId,
    }),
    id: `00000000-0000-5000-8000-${hex(place, 12)}`,
    hash: new Uint8Array(32),
  };
}

const envelopeFor =
  (user: number, turn: number) =>
  (kind: string): CommandEnvelope => ({
    userId: benchUser(user),
    source: '/bench',
    id: `${kind}-${turn}`,
    commandId: `${hex(kind.charCodeAt(0), 8)}-0000-5000-8000-${hex(turn, 12)}`,
    digest: 'd'.repeat(64),
    at: new Date(START_MS + turn * STEP_MS).toISOString(),
  });
