import { generateKeyPairSync } from 'node:crypto';
import { text as textOf } from 'node:stream/consumers';
import { signStore } from '../verify/sign-store.js';
import type { SignedAnchor } from './anchor-file.js';
import { UntrustedAnchorError } from './read-anchor.js';
import { PostgresSource } from '../store/postgres-source.js';
import { TestLedger } from '../testing/test-ledger.js';
import { ANNA, BO, CHEN, USERS } from '../testing/sample-ledger.js';
import { inlineWorkerPool } from '../testing/inline-worker-pool.js';
import { checkProof } from './check-proof.js';
import { InvalidProofError, parseProof, serializeProof } from './proof-file.js';
import { proveAccount } from './prove-account.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const TIME = '2030-02-01T00:00:00.000Z';

let ledger: TestLedger;
let anchor: SignedAnchor;
beforeAll(async () => {
  ledger = await TestLedger.open();
  anchor = await anchored();
});
afterAll(() => ledger.close());

async function withSource<T>(work: (source: PostgresSource) => Promise<T>): Promise<T> {
  const source = new PostgresSource(ledger.url);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

async function anchored(): Promise<SignedAnchor> {
  const made = await withSource((source) =>
    signStore(source, inlineWorkerPool(source), { key: privateKey, time: TIME, after: null }),
  );
  if (made.anchor === null) throw new Error('nothing was signed');
  return made.anchor;
}

async function provedTextOf(user: string): Promise<string> {
  return withSource(async (source) => {
    const proved = await proveAccount(source, user, anchor);
    if (proved.kind !== 'proved') throw new Error(`it was not proved: ${proved.kind}`);
    return textOf(serializeProof(proved.head, proved.pages));
  });
}

const check = (text: string, key = publicKey) => checkProof('the proof', parseProof([text]), key);

/** The proof with some of its lines, and the first of them, changed. */
const edited = (text: string, change: (lines: string[]) => void): string => {
  const lines = text.split('\n');
  change(lines);
  return lines.join('\n');
};

describe('the proof of a whole statement', () => {
  it.each(USERS)('holds by itself, for user %s', async (user) => {
    const { faults, account, last } = check(await provedTextOf(user));
    expect(faults).toEqual([]);
    expect(account.balance).toBe(last?.balanceAfter);
    expect(account.revision).toBeGreaterThan(15);
  });

  it('notices an event left out, wherever it stood', async () => {
    const text = await provedTextOf(BO);
    const count = text.split('\n').length - 2;
    for (let line = 1; line <= count; line++) {
      const without = edited(text, (lines) => lines.splice(line, 1));
      expect(check(without).faults).not.toEqual([]);
    }
  });

  it('notices an event added', async () => {
    const twice = edited(await provedTextOf(ANNA), (lines) => {
      lines.splice(-1, 0, lines.at(-2) ?? '');
    });
    expect(check(twice).faults).toContainEqual(expect.stringContaining('revision-repeated'));
  });

  it.each(['data', 'meta', 'id', 'type', 'hash', 'revision'])(
    'notices a change of the %s of any event',
    async (field) => {
      const text = await provedTextOf(CHEN);
      const count = text.split('\n').length - 2;
      for (let line = 1; line <= count; line += 5) {
        const changed = edited(text, (lines) => {
          const event = JSON.parse(lines[line] ?? '') as Record<string, string | number>;
          const value = event[field];
          if (typeof value === 'number') event[field] = value + 1;
          else
            event[field] = String(value).replace(/[0-9a-f](?=[^0-9a-f]*$)/, (c) =>
              c === '1' ? '2' : '1',
            );
          lines[line] = JSON.stringify(event);
        });
        expect(check(changed).faults).not.toEqual([]);
      }
    },
  );

  it('notices that it is of another account than it says', async () => {
    const [mine, other] = [await provedTextOf(ANNA), await provedTextOf(BO)];
    const mixed = edited(mine, (lines) => {
      const head = JSON.parse(lines[0] ?? '') as object;
      const { index, path } = parseProof([other]).header;
      lines[0] = JSON.stringify({ ...head, index, path });
    });
    expect(check(mixed).faults).toContainEqual(expect.stringContaining('path'));
  });

  it('is rejected with an anchor of another key, or a changed one', async () => {
    const text = await provedTextOf(ANNA);
    const stranger = generateKeyPairSync('ed25519').publicKey;
    expect(() => check(text, stranger)).toThrow(UntrustedAnchorError);
    const changed = text.replace('\\naccounts: 3', '\\naccounts: 4');
    expect(changed).not.toBe(text);
    expect(() => check(changed)).toThrow(UntrustedAnchorError);
  });

  it('is refused when it is cut off', async () => {
    const text = await provedTextOf(ANNA);
    expect(() => check(text.slice(0, -40))).toThrow(new InvalidProofError('its last line is cut'));
    expect(() => check('')).toThrow(InvalidProofError);
  });

  it('is not to be had for an account that there was not, or accounts that changed', async () => {
    const nobody = '99999999-9999-4999-8999-999999999999';
    expect(await withSource((source) => proveAccount(source, nobody, anchor))).toEqual({
      kind: 'no-account',
    });
    const proved = await ledger.withTampering(
      () =>
        ledger.sql(
          `update event_store.events set hash = sha256('x') where position = $1`,
          lastPlace(),
        ),
      () => withSource((source) => proveAccount(source, ANNA, anchor)),
    );
    expect(proved.kind).toBe('anchor-differs');
  });
});

const lastPlace = (): number => Number(anchor.position.split(':')[1]);
