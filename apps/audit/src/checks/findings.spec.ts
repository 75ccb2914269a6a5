import { memoryPosition } from '../testing/memory-event-source.js';
import { DAMAGE_KINDS, Findings, type Damage, type DamageKind } from './findings.js';

const damage = (kind: DamageKind, number: number | null = null): Damage => ({
  kind,
  position: number === null ? null : memoryPosition(number),
  stream: null,
  revision: null,
  detail: `number ${number}`,
});

describe('Findings', () => {
  it('is clean until damage is added', () => {
    const findings = new Findings();
    expect(findings.isClean).toBe(true);
    findings.add(damage('tail-cut'));
    expect(findings.isClean).toBe(false);
  });

  it('counts all damage by kind', () => {
    const findings = new Findings();
    for (const kind of ['hash-broken', 'tail-cut', 'hash-broken'] as const) {
      findings.add(damage(kind));
    }
    expect([...findings.counts]).toEqual([
      ['hash-broken', 2],
      ['tail-cut', 1],
    ]);
  });

  it('keeps the first hundred of each kind in full and counts the others', () => {
    const findings = new Findings();
    for (let number = 1; number <= 250; number++) findings.add(damage('hash-broken', number));
    findings.add(damage('position-gap', 300));
    expect(findings.counts.get('hash-broken')).toBe(250);
    expect(findings.kept.length).toBe(101);
    expect(findings.kept.at(99)?.position).toBe(memoryPosition(100));
    expect(findings.kept.at(-1)?.kind).toBe('position-gap');
  });

  it('sorts by position, with damage that has none at the end', () => {
    const findings = new Findings();
    for (const number of [30, null, 4, 100, null, 2]) findings.add(damage('hash-broken', number));
    expect(findings.sorted().map(({ position }) => position)).toEqual([
      memoryPosition(2),
      memoryPosition(4),
      memoryPosition(30),
      memoryPosition(100),
      null,
      null,
    ]);
  });

  it('adds what another pass has found, also as plain data of another thread', () => {
    const [one, other] = [new Findings(), new Findings()];
    one.add(damage('hash-broken', 5));
    other.add(damage('hash-broken', 3));
    other.add(damage('tail-cut'));
    one.merge(structuredClone({ counts: other.counts, kept: other.kept }));
    expect(Object.fromEntries(one.counts)).toEqual({ 'hash-broken': 2, 'tail-cut': 1 });
    expect(one.sorted().map(({ kind }) => kind)).toEqual([
      'hash-broken',
      'hash-broken',
      'tail-cut',
    ]);
    expect(one.sorted()[0]?.position).toBe(memoryPosition(3));
  });

  it('describes every kind of damage in one line', () => {
    for (const description of Object.values(DAMAGE_KINDS)) {
      expect(description).toMatch(/^[a-z][^\n.]*$/);
    }
    expect(new Set(Object.values(DAMAGE_KINDS)).size).toBe(Object.keys(DAMAGE_KINDS).length);
  });

  it('keeps the names of the kinds, which programs read', () => {
    expect(Object.keys(DAMAGE_KINDS)).toEqual([
      'position-gap',
      'position-repeated',
      'tail-cut',
      'behind-head',
      'unknown-type',
      'unreadable',
      'foreign-stream',
      'stream-deleted',
      'stream-truncated',
      'revision-gap',
      'revision-repeated',
      'order-broken',
      'hash-broken',
      'id-not-derived',
      'command-not-derived',
      'digest-not-derived',
      'settings-missing',
      'settings-wrong',
      'price-wrong',
      'rule-broken',
      'snapshot-forged',
      'snapshot-differs',
      'passes-disagree',
      'store-refuses',
      'anchor-beyond-end',
      'anchor-events-differ',
      'anchor-accounts-differ',
    ]);
  });
});
