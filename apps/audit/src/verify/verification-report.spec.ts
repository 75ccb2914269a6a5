import { Findings, type Damage } from '../checks/findings.js';
import { labelsIn } from '../terminal/labels.js';
import { memoryPosition } from '../testing/memory-event-source.js';
import { verificationJson, verificationText } from './verification-report.js';
import type { VerificationResult } from './verify-store.js';

function result(change: Partial<VerificationResult> = {}, damage: readonly Damage[] = []) {
  const findings = new Findings();
  for (const one of damage) findings.add(one);
  return {
    findings,
    events: 1_234,
    accounts: 3,
    last: memoryPosition(1_234),
    unknownPolicies: new Map<string, number>(),
    settings: null,
    tree: null,
    snapshots: { compared: 0, unknownKeys: 0, notCompared: 0 },
    ...change,
  };
}

const broken = (number: number): Damage => ({
  kind: 'hash-broken',
  position: memoryPosition(number),
  stream: 'points-1',
  revision: number,
  detail: `detail ${number}`,
});

const text = (
  verified: VerificationResult,
  language: 'en' | 'zh' = 'en',
  scope?: Parameters<typeof verificationText>[3],
): string => verificationText(verified, 2, labelsIn(language), scope);

describe('verificationText', () => {
  it('says what was read, how fast, and that no damage was found', () => {
    expect(text(result())).toBe(
      `1,234 events of 3 accounts, up to ${memoryPosition(1_234)}, in 2.0 s (617/s)\nNo damage found.\n`,
    );
  });

  it('describes an empty store', () => {
    expect(text(result({ events: 0, accounts: 0, last: null }))).toContain(
      '0 events of 0 accounts, up to the beginning, in 2.0 s (0/s)',
    );
  });

  it('names unknown policies, without control characters', () => {
    const unknownPolicies = new Map([['abc\u001b[2J', 1_000]]);
    expect(text(result({ unknownPolicies }))).toContain(
      '1,000 events were decided under an unknown policy (abc�[2J):\nits limits were not checked',
    );
  });

  it('says that snapshots were not checked', () => {
    expect(text(result({ snapshots: null }))).toContain('Snapshots were not checked');
    expect(text(result({ snapshots: null }), 'en', 'events')).not.toContain('napshots');
  });

  it('counts what was compared of snapshots, and what could not be', () => {
    const lines = text(result({ snapshots: { compared: 4, unknownKeys: 2, notCompared: 1 } }));
    expect(lines).toContain('4 snapshots were compared with their events.');
    expect(lines).toContain('The seals of 2 snapshots were not checked');
    expect(lines).toContain('1 snapshots were not compared');
  });

  it('lists the kinds of damage and its places, the first one above', () => {
    const lines = text(result({}, [broken(9), broken(4)])).split('\n');
    expect(lines).toContain(`DAMAGED, first at ${memoryPosition(4)}:`);
    expect(lines.find((line) => line.startsWith('hash-broken'))).toMatch(/^hash-broken +2 /);
    const places = lines.filter((line) => line.startsWith('postgres:'));
    expect(places.map((line) => line.slice(-8))).toEqual(['detail 4', 'detail 9']);
    expect(lines.join('\n')).not.toContain('No damage');
  });

  it('names damage that is at no single position', () => {
    const damage = { ...broken(1), position: null, stream: null, revision: null };
    expect(text(result({}, [damage]))).toContain('DAMAGED, first at no single position:');
  });

  it('prints twenty places and counts the others', () => {
    const lines = text(
      result(
        {},
        Array.from({ length: 25 }, (_, index) => broken(index + 1)),
      ),
    );
    expect(lines.match(/^postgres:/gm)).toHaveLength(20);
    expect(lines).toContain('… and 5 more (--json has them)');
  });

  it('has Chinese headings', () => {
    expect(text(result({}, [broken(1)]), 'zh')).toMatch(/位置 +损坏 +账户 +版本号 +详情/);
  });
});

describe('verificationJson', () => {
  it('has the fields that programs read, in their order', () => {
    expect(JSON.stringify(verificationJson(result()))).toBe(
      JSON.stringify({
        ok: true,
        events: 1_234,
        accounts: 3,
        position: memoryPosition(1_234),
        first_bad_position: null,
        damage: {},
        places: [],
        unknown_policies: {},
        snapshots: { compared: 0, unknown_keys: 0, not_compared: 0 },
      }),
    );
  });

  it('has all damage that was kept, in order of position', () => {
    const unknownPolicies = new Map([['other', 5]]);
    const json = verificationJson(
      result({ unknownPolicies, snapshots: null }, [broken(9), broken(4)]),
    );
    expect(json).toMatchObject({
      ok: false,
      first_bad_position: memoryPosition(4),
      damage: { 'hash-broken': 2 },
      places: [broken(4), broken(9)],
      unknown_policies: { other: 5 },
      snapshots: null,
    });
  });
});
