import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { signReport } from '#identity';
import { COMPARISON_FORMAT, type ComparisonReport } from '#import';
import { InvalidComparisonError, isComparison, readComparison } from './comparison-file.js';
import { readPublicKey } from './keys.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const none = { rows: 0, points: 0 };
const sides = { there: none, here: none, since: none };
const REPORT: ComparisonReport = {
  ok: false,
  importId: 'spring',
  mapDigest: 'a'.repeat(64),
  from: 'postgres://old/points',
  by: '林',
  at: '2030-01-31T12:00:00.000Z',
  position: 'postgres:0000000000000005',
  accounts: 2,
  imported: 2,
  opened: 1,
  handedBack: { accounts: 0, points: 0 },
  undecided: { accounts: 0, points: 0 },
  rows: { there: 12, here: 12, since: 3 },
  types: { recharge: sides, consume: sides, expire: sides, refund: sides },
  balance: { there: 90, here: 90, since: -7, notOpened: 5 },
  held: { there: 0, here: 0, since: 4 },
  open: { there: 0, here: 0, since: 1 },
  owed: 0,
  adjusted: { accounts: 0, added: 0, taken: 0 },
  expiring: { '2030-03': { there: 90, here: 90, since: -7, notOpened: 5 } },
  accountsDigest: null,
  count: 1,
  differences: [{ user: '6f1f2a53-2a8c-5c0a-9d0e-1b2c3d4e5f60', what: 'rows', there: 9, here: 8 }],
};
const TEXT = signReport(COMPARISON_FORMAT, REPORT, privateKey);

const read = (text: string) => readComparison([text], publicKey);

describe('the file of a comparison', () => {
  it('says what was signed, and by which key', () => {
    expect(isComparison(TEXT)).toBe(true);
    expect(read(TEXT).report).toEqual(REPORT);
    expect(readComparison([TEXT.slice(0, 99), TEXT.slice(99)], publicKey).report).toEqual(REPORT);
  });

  it('is refused once any one byte of it is another', () => {
    const bytes = Buffer.from(TEXT);
    for (const [at, byte] of bytes.entries()) {
      bytes[at] = byte ^ 1;
      expect(() => read(bytes.toString('utf8'))).toThrow(InvalidComparisonError);
      bytes[at] = byte;
    }
    expect(read(bytes.toString('utf8')).report).toEqual(REPORT);
  });

  it('is readable for ever', () => {
    const key = readPublicKey('test/golden/comparison-v1.pub');
    const text = readFileSync('test/golden/comparison-v1.json', 'utf8');
    expect(readComparison([text], key).report).toMatchObject({ importId: 'spring', count: 1 });
  });

  it('is refused for another key', () => {
    const stranger = generateKeyPairSync('ed25519').publicKey;
    expect(() => readComparison([TEXT], stranger)).toThrow('it is not signed by this key');
  });

  it('is refused where the key signed something else', () => {
    for (const other of [
      signReport('points-ledger comparison v2', REPORT, privateKey),
      signReport(COMPARISON_FORMAT, { ...REPORT, more: 1 }, privateKey),
      signReport(COMPARISON_FORMAT, { ok: true }, privateKey),
    ]) {
      expect(() => read(other)).toThrow('it does not say what a comparison says');
    }
  });
});
