import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POLICY } from '#ledger';
import { parseInstant } from './parse-instant.js';
import { parsePolicy } from '../checks/parse-policy.js';
import { readAuditSettings } from './settings.js';

describe('readAuditSettings', () => {
  it('looks up an address only when it is needed', () => {
    const settings = readAuditSettings({ DATA_DIR: 'nowhere', EVENT_STORE: '' });
    expect(() => settings.eventStore()).toThrow('EVENT_STORE is not set');
    expect(() => settings.database()).toThrow('DATABASE_URL is not set');
    expect(settings.policies).toEqual([]);
  });

  it('uses the running stack, unless the environment names an address', () => {
    const dir = mkdtempSync(join(tmpdir(), 'points-audit-'));
    writeFileSync(join(dir, 'ready.json'), '{"eventStore":"esdb://x","database":"postgres://x"}');
    const settings = readAuditSettings({ DATA_DIR: dir, DATABASE_URL: 'postgres://y' });
    expect([settings.eventStore(), settings.database()]).toEqual(['esdb://x', 'postgres://y']);
    rmSync(dir, { recursive: true });
  });

  it.each([{ EVENT_STORE: 'mysql://x' }, { DATABASE_URL: 'esdb://x' }, { LEDGER_POLICY: '{' }])(
    'rejects %j',
    (env) => {
      expect(() => readAuditSettings(env)).toThrow();
    },
  );

  it('names policies by their changes to the default one', () => {
    expect(parsePolicy('{"refundGraceDays":0}')).toEqual({ ...DEFAULT_POLICY, refundGraceDays: 0 });
    expect(() => parsePolicy('{"refundGraceDays":-1}')).toThrow('whole number');
    expect(() => parsePolicy('{"grace":1}')).toThrow('limits');
    expect(readAuditSettings({ LEDGER_POLICY: '{"batchesMax":5}' }).policies).toHaveLength(1);
  });
});

describe('a time', () => {
  it.each([
    ['2030-01-31', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T12:00Z', '2030-01-31T12:00:00.000Z'],
    ['2030-01-31t12:00:00.5+08:00', '2030-01-31T04:00:00.500Z'],
    ['2030-13-01', null],
    ['tomorrow', null],
  ])('%s is %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });
});
