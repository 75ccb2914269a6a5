import {
  DEFAULT_POLICY,
  decide,
  emptyAccount,
  evolve,
  toStored,
  type Account,
  type LedgerCommand,
  type LedgerEvent,
} from '#ledger';
import type { EncodedEvent, EventStore, NonEmpty } from '#event-store';

const START_MS = Date.parse('2030-01-01T00:00:00.000Z');
const STEP_MS = 50;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const loadUser = (index: number): string => {
  // Spread over the whole range, as real ids are, so that indexes feel it.
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return `${hex(mixed, 8)}-0000-4000-8000-${hex(index, 12)}`;
};

/** Fills a store with what the rules make of an even load over so many users; gives its events. */
export async function fillStore(store: EventStore, users: number, events: number): Promise<number> {
  const accounts = Array.from({ length: users }, () => emptyAccount(DEFAULT_POLICY));
  let written = 0;
  for (let turn = 0; written < events; turn++) {
    const index = turn % users;
    const account = accounts[index];
    if (account === undefined) break;
    for (const command of commandsOf(index, Math.floor(turn / users), turn)) {
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
  const decision = decide(command, account);
  if (decision.kind !== 'record') throw new Error(`the load expected events: ${decision.kind}`);
  const expected = account.revision;
  const [first, ...rest] = decision.events;
  const encoded: NonEmpty<EncodedEvent> = [
    encode(command, first, written),
    ...rest.map((event, index) => encode(command, event, written + 1 + index)),
  ];
  for (const event of decision.events) evolve(account, event);
  const result = await store.append(`points-${command.userId}`, expected, encoded);
  if (result.kind !== 'ok') throw new Error(`the load was not written: ${result.kind}`);
  return encoded.length;
}

function encode(command: LedgerCommand, event: LedgerEvent, place: number): EncodedEvent {
  const { source, id, type } = command;
  return {
    ...toStored(event, {
      command: { source, id, type },
      policy: '0'.repeat(64),
      correlation: command.commandId,
    }),
    id: `00000000-0000-5000-8000-${hex(place, 12)}`,
    hash: new Uint8Array(32),
  };
}

/** A recharge now and then; consumptions, some of them pre-deductions settled below, some refunded. */
function commandsOf(user: number, round: number, turn: number): LedgerCommand[] {
  const recharge = { ...asked(user, turn, 'r'), ...RECHARGE };
  const consume = { ...asked(user, turn, 'c'), ...CONSUME, consumptionId: `c-${turn}` };
  if (round % 20 === 0) return [recharge];
  if (round % 10 === 5) {
    const settle = { ...asked(user, turn, 's'), ...SETTLE, consumptionId: `c-${turn}` };
    return [{ ...consume, settleWithin: 3_600 }, settle];
  }
  if (round % 20 === 7) {
    return [consume, { ...asked(user, turn, 'b'), ...REFUND, consumptionId: `c-${turn}` }];
  }
  return [consume];
}

const asked = (user: number, turn: number, kind: string) => ({
  userId: loadUser(user),
  source: '/bench',
  id: `${kind}-${turn}`,
  commandId: `${hex(kind.charCodeAt(0), 8)}-0000-5000-8000-${hex(turn, 12)}`,
  digest: 'd'.repeat(64),
  at: new Date(START_MS + turn * STEP_MS).toISOString(),
});

const RECHARGE = {
  type: 'RechargePoints',
  points: 10_000,
  expiresAt: '2040-01-01T00:00:00.000Z',
  priority: 50,
  sourceId: 'order-1',
} as const;
const CONSUME = {
  type: 'ConsumePoints',
  sourceType: 'tts',
  points: 12,
  sourceId: 'clip-17',
  duration: 12.5,
  settleWithin: null,
} as const;
const SETTLE = { type: 'SettleConsumption', points: 10, duration: 9.5 } as const;
const REFUND = { type: 'RefundPoints', points: 5, reason: null } as const;
