import { accountStream } from '#identity';
import type { LedgerEvent } from '#ledger';
import type { StoredEvent } from '../store/event-source.js';
import { memoryPosition } from '../testing/memory-event-source.js';
import {
  sampleEvents,
  withChange,
  withForgedData,
  withFreshHashes,
} from '../testing/sample-events.js';
import { ANNA, BO } from '../testing/sample-ledger.js';
import { AccountChecker } from './account-checker.js';
import type { Damage } from './findings.js';
import { KnownSettings, knownSettings } from './known-settings.js';

const STREAM = accountStream(ANNA);
let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents({ users: [ANNA] });
});

function check(stored: readonly StoredEvent[], stream = STREAM, known = knownSettings()) {
  const found: Damage[] = [];
  const seen: LedgerEvent[] = [];
  const checker = new AccountChecker(
    stream,
    known,
    (damage) => found.push(damage),
    (event) => seen.push(event),
  );
  for (const event of stored) checker.check(event);
  checker.finish();
  return { found, seen, checker, kinds: found.map(({ kind }) => kind) };
}

describe('AccountChecker', () => {
  it('finds no damage in an account that was not touched', () => {
    const { found, seen, checker } = check(events);
    expect(found).toEqual([]);
    expect(seen.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
    expect(checker.rules.account.revision).toBe(events.length - 1);
  });

  it('finds no damage in an account without events', () => {
    expect(check([]).found).toEqual([]);
  });

  it.each(['data', 'meta', 'type', 'id'] as const)(
    'reports a broken hash where the %s of an event was changed',
    (field) => {
      const other = {
        data: events[5]?.data.replace('{', '{ '),
        meta: events[5]?.meta.replace('/spec', '/spac'),
        type: 'PointsExpired',
        id: '11111111-1111-5111-8111-111111111111',
      };
      const { found } = check(withChange(events, STREAM, 5, { [field]: other[field] }));
      expect(found[0]).toMatchObject({
        kind: 'hash-broken',
        stream: STREAM,
        revision: 5,
        position: memoryPosition(6),
      });
      expect(found[0]?.detail).toMatch(/^stored [0-9a-f]{64}, computed [0-9a-f]{64}$/);
    },
  );

  it('reports only the event whose hash was changed and not the one behind it', () => {
    const { found } = check(withChange(events, STREAM, 5, { hash: 'ab'.repeat(32) }));
    expect(found).toMatchObject([{ kind: 'hash-broken', revision: 5 }]);
  });

  it('reports each of two hashes that were changed in different places', () => {
    const once = withChange(events, STREAM, 5, { hash: 'ab'.repeat(32) });
    const { found } = check(withChange(once, STREAM, 9, { hash: 'cd'.repeat(32) }));
    expect(found.map(({ kind, revision }) => [kind, revision])).toEqual([
      ['hash-broken', 5],
      ['hash-broken', 9],
    ]);
  });

  it('reports a gap where an event is missing and goes on behind it', () => {
    const { found } = check(events.filter(({ revision }) => revision !== 4));
    expect(found).toMatchObject([
      { kind: 'revision-gap', revision: 5, detail: '1 missing before it, from revision 4 on' },
    ]);
  });

  it('counts all events that are missing in a gap', () => {
    const { found } = check(events.filter(({ revision }) => revision < 3 || revision > 7));
    expect(found).toMatchObject([
      { kind: 'revision-gap', revision: 8, detail: '5 missing before it, from revision 3 on' },
    ]);
  });

  it('checks the hash chain again behind a gap', () => {
    const cut = events.filter(({ revision }) => revision !== 4);
    const { kinds } = check(withChange(cut, STREAM, 9, { hash: 'ab'.repeat(32) }));
    expect(kinds).toEqual(['revision-gap', 'hash-broken']);
  });

  it('reports the first events of an account as missing', () => {
    const { found } = check(events.slice(2));
    expect(found).toMatchObject([
      { kind: 'revision-gap', revision: 2, detail: '2 missing before it, from revision 0 on' },
    ]);
  });

  it('reports a revision that occurs twice', () => {
    const twice = events.flatMap((event) => (event.revision === 4 ? [event, event] : [event]));
    const { found } = check(twice);
    expect(found[0]).toMatchObject({
      kind: 'revision-repeated',
      revision: 4,
      detail: 'revision 4 came before it',
    });
  });

  it('reports positions that do not rise with the revisions', () => {
    const one = withChange(events, STREAM, 3, { position: memoryPosition(9_000) });
    const { found } = check(one);
    expect(found).toMatchObject([
      {
        kind: 'order-broken',
        revision: 4,
        detail: `the revision before it is at ${memoryPosition(9_000)}`,
      },
    ]);
  });

  it('reports an id that does not follow from the command, although the hashes fit', () => {
    const id = '11111111-1111-5111-8111-111111111111';
    const { found } = check(withFreshHashes(withChange(events, STREAM, 3, { id }), STREAM));
    expect(found).toMatchObject([
      { kind: 'id-not-derived', revision: 3, detail: `it should be ${events[3]?.id}` },
    ]);
  });

  it('reports a command id that does not follow from its user, source and id', () => {
    const forged = withFreshHashes(
      withChange(events, STREAM, 0, ({ meta }) => ({ meta: meta.replace('"r1"', '"r9"') })),
      STREAM,
    );
    expect(check(forged).found).toMatchObject([
      {
        kind: 'command-not-derived',
        revision: 0,
        detail: 'its command /spec r9 of this user has another id',
      },
    ]);
  });

  it('reports an event that was copied from another account', async () => {
    const ofBo = await sampleEvents({ users: [BO] });
    const copied = withFreshHashes(
      ofBo.map((event) => ({ ...event, stream: STREAM })),
      STREAM,
    );
    const { kinds } = check(copied);
    expect(new Set(kinds)).toEqual(new Set(['command-not-derived']));
  });

  it('reports an unknown type and stops checking the rules', () => {
    const { found, checker } = check(
      withFreshHashes(withChange(events, STREAM, 2, { type: 'PointsGranted' }), STREAM),
    );
    expect(found).toMatchObject([{ kind: 'unknown-type', revision: 2 }]);
    expect(checker.rules.hasStopped).toBe(true);
  });

  it.each([
    ['JSON', '{'],
    ['an object', '7'],
    ['of the shape of its type', '{"type":"PointsConsumed"}'],
  ])('reports data that is not %s', (_, data) => {
    const { found } = check(withFreshHashes(withChange(events, STREAM, 2, { data }), STREAM));
    expect(found).toMatchObject([{ kind: 'unreadable', revision: 2 }]);
  });

  it('reports meta that is not readable', () => {
    const { kinds } = check(
      withFreshHashes(withChange(events, STREAM, 2, { meta: 'nothing' }), STREAM),
    );
    expect(kinds).toEqual(['unreadable']);
  });

  it('reports events of one command that name different origins', () => {
    const forged = withFreshHashes(
      withChange(events, STREAM, 5, ({ meta }) => ({
        meta: meta.replace(/"correlation":"[^"]*"/, '"correlation":"other"'),
      })),
      STREAM,
    );
    expect(check(forged).found).toMatchObject([
      {
        kind: 'rule-broken',
        revision: 5,
        detail: 'it says another origin than the rest of its command',
      },
    ]);
  });

  it('reports an event that the rules could not have produced, at its own position', () => {
    const forged = withForgedData(events, STREAM, 3, (data) => (data['balanceAfter'] = 1));
    const { found } = check(forged);
    expect(found[0]).toMatchObject({
      kind: 'rule-broken',
      revision: 3,
      position: memoryPosition(4),
    });
  });

  it('still checks the rules of the events before a gap', () => {
    const forged = withForgedData(events, STREAM, 0, (data) => (data['points'] = 999));
    const { kinds } = check(forged.filter(({ revision }) => revision !== 9));
    expect(kinds).toEqual(['rule-broken', 'revision-gap']);
  });

  it('counts the events that were decided under an unknown policy', () => {
    const { found, checker } = check(events, STREAM, new KnownSettings([], []));
    expect(found).toEqual([]);
    expect([...checker.unknownPolicies.values()]).toEqual([events.length]);
    expect(check(events).checker.unknownPolicies.size).toBe(0);
  });

  it.each(['points-', 'points-x', 'other', `${STREAM}x`, STREAM.toUpperCase()])(
    'reports %s as the stream of no account, once',
    (stream) => {
      const foreign = withFreshHashes(
        events.map((event) => ({ ...event, stream })),
        stream,
      );
      const { found } = check(foreign, stream);
      expect(found.filter(({ kind }) => kind === 'foreign-stream')).toMatchObject([
        { revision: 0, detail: `"${stream}" is no account` },
      ]);
      expect(found.map(({ kind }) => kind)).not.toContain('rule-broken');
    },
  );
});
