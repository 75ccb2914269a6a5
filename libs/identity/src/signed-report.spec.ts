import { generateKeyPairSync } from 'node:crypto';
import { isReportSignedBy, parseSignedReport, publicKeyHex, signReport } from './signed-report.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const FORMAT = 'a report v1';
const REPORT = { user: '积分', points: 12, more: { b: null, a: [1, 'x'] } };
const TEXT = signReport(FORMAT, REPORT, privateKey);

const isGood = (text: string): boolean => {
  const file = parseSignedReport(text);
  return file !== null && isReportSignedBy(file, publicKey);
};

describe('a signed report', () => {
  it('says what was signed, in which format, and by whom', () => {
    expect(parseSignedReport(TEXT)).toMatchObject({
      format: FORMAT,
      report: REPORT,
      key: publicKeyHex(publicKey),
    });
    expect(TEXT.startsWith(`{"format":"${FORMAT}",`)).toBe(true);
    expect(isGood(TEXT)).toBe(true);
  });

  it('is refused once any one byte is another, is missing or stands twice', () => {
    const bytes = Buffer.from(TEXT);
    for (let at = 0; at < bytes.length; at += 1) {
      const [before, byte, behind] = [
        bytes.subarray(0, at),
        bytes[at] ?? 0,
        bytes.subarray(at + 1),
      ];
      const changed = [
        Buffer.of(byte ^ 1),
        Buffer.of(byte ^ 0x80),
        Buffer.alloc(0),
        Buffer.of(byte, byte),
      ];
      for (const middle of changed) {
        const bent = Buffer.concat([before, middle, behind]);
        expect([at, isGood(bent.toString('utf8'))]).toEqual([at, false]);
      }
    }
  });

  it('has one spelling', () => {
    for (const other of [
      ` ${TEXT}`,
      `${TEXT}\n`,
      TEXT.trimEnd(),
      TEXT.replace('{"format"', '{ "format"'),
    ]) {
      expect(parseSignedReport(other)).toBeNull();
    }
    const { format, key, report, signature } = JSON.parse(TEXT) as Record<string, unknown>;
    const reordered = JSON.stringify({ key, format, report, signature });
    expect(parseSignedReport(`${reordered}\n`)).toBeNull();
    const withMore = JSON.stringify({ format, key, report, signature, z: 1 });
    expect(parseSignedReport(`${withMore}\n`)).toBeNull();
  });

  it('is not accepted for another key', () => {
    const file = parseSignedReport(TEXT);
    const stranger = generateKeyPairSync('ed25519').publicKey;
    expect(file !== null && isReportSignedBy(file, stranger)).toBe(false);
  });

  it.each(['', 'x', '[]', '{}\n', 'null\n'])('is not what reads %j', (text) => {
    expect(parseSignedReport(text)).toBeNull();
  });
});
