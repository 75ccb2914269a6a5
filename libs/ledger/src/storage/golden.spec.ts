import { readFileSync } from 'node:fs';
import { CHAIN_START, chainHash, eventIdOf } from '#identity';
import { deserializeEvent, serializeEvent } from './codec.js';
import { decide } from '../account/decide.js';
import { adoptPolicy, evolve, replay } from '../account/evolve.js';
import { termsOf } from '../account/terms.js';
import { DEFAULT_SETTINGS_POLICY, REMEMBER_EVERYTHING } from '../settings/policy.js';
import { FIRST_BUSINESSES } from '../settings/settings.js';
import { buildCommand, recharge } from '../testing/command-builders.js';

interface Golden {
  readonly stream: string;
  readonly balance: number;
  readonly held: number;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly data: string;
    readonly meta: string;
    readonly hash: string;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/events-v1.json', import.meta.url), 'utf8'),
) as Golden;

const read = golden.events.map((stored) => deserializeEvent(stored));
const kindsOf = (name: 'code' | 'cause'): unknown[] => [
  ...new Set(
    golden.events
      .map(({ data }) => JSON.parse(data) as Record<string, unknown>)
      .flatMap((stored) => (name in stored ? [stored[name]] : [])),
  ),
];

describe('events as version 1 stored them', () => {
  it('are read, and written again to the byte', () => {
    for (const [place, { event, provenance }] of read.entries()) {
      const { type, data, meta } = golden.events[place]!;
      expect(serializeEvent(event, provenance)).toEqual({ type, data, meta });
    }
  });

  it('have the ids and the chain of hashes that they had', () => {
    let before = CHAIN_START;
    for (const [revision, { hash, ...stored }] of golden.events.entries()) {
      expect(stored.id).toBe(eventIdOf(read[revision]!.event.commandId, revision));
      before = chainHash(before, { ...stored, stream: golden.stream, revision });
      expect(Buffer.from(before).toString('hex')).toBe(hash);
    }
  });

  it('fold into the account that they did', () => {
    const account = replay(
      read.map(({ event }) => event),
      REMEMBER_EVERYTHING,
    );
    expect(account).toMatchObject({ balance: golden.balance, held: golden.held });
  });

  it('go on under rules 2, which remember their recharges and settle their pre-deductions', () => {
    const policy = DEFAULT_SETTINGS_POLICY[2];
    const terms = termsOf({ version: 2, rules: 2, policy, businesses: FIRST_BUSINESSES });
    const account = replay(
      read.map(({ event }) => event),
      REMEMBER_EVERYTHING,
    );
    adoptPolicy(account, policy);
    const [firstRecharge] = read.flatMap(({ event }) =>
      event.type === 'PointsRecharged' ? [event] : [],
    );
    expect(account.recharges.get(firstRecharge!.batchId)).toMatchObject({
      rechargeId: firstRecharge!.commandId,
      points: firstRecharge!.points,
    });
    const ask = recharge(7, { rechargeId: firstRecharge!.commandId });
    const decision = decide(buildCommand(ask, 'again', account.at), account, terms);
    expect(decision).toMatchObject({ kind: 'record' });
    const events = decision.kind === 'record' ? decision.events : [];
    expect(events.at(-1)).toMatchObject({ type: 'CommandRefused', code: 'RechargeIdReused' });
    for (const event of events) {
      const stored = serializeEvent(event, {
        command: { source: '/spec', id: 'again', type: 'RechargePoints' },
        correlation: 'c',
        settings: 2,
        rules: 2,
      });
      expect(deserializeEvent(stored).event).toEqual(event);
      evolve(account, event);
    }
    expect(account).toMatchObject({ owed: 0 });
  });

  it('are of every kind', () => {
    expect(golden.events.length).toBe(40);
    expect(new Set(read.map(({ event }) => event.type)).size).toBe(6);
    expect(kindsOf('cause').length).toBe(4);
    expect(kindsOf('code').length).toBe(12);
    const origins = read.map(({ provenance }) => [
      'kafka' in provenance,
      'traceparent' in provenance,
    ]);
    expect(new Set(origins.map(String)).size).toBe(4);
  });
});
