import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '#async/testing';
import { eventually } from '#testing';
import { ConfigurationError } from '../config/configuration.js';
import { createLog } from '../log/log.js';
import { createMetrics } from '../metrics/metrics.js';
import { denialCounter, openSenders } from './open-senders.js';

const fileWith = (...subjects: string[]): string =>
  JSON.stringify({ senders: [{ name: 'one', subjects, types: ['ExpirePoints'] }] });

describe('The senders of a process', () => {
  const log = createLog({ app: 'test', level: 'silent' });
  let folder = '';
  const path = (): string => join(folder, 'senders.json');
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'points-ledger-senders-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = async (variables: { SENDERS_FILE: string; SENDERS: '' | 'anybody' }) => {
    const clock = new ManualClock();
    const metrics = createMetrics('test');
    const opened = await openSenders(variables, {}, { metrics, log, clock });
    return { ...opened, clock, metrics };
  };

  it('are any senders where the configuration says so', async () => {
    const { senders, status, stop } = await open({ SENDERS_FILE: '', SENDERS: 'anybody' });
    expect(senders.authenticateSubject('unheard-of').ok).toBe(true);
    expect(status()).toEqual({ state: 'green' });
    await stop();
  });

  it('are amber with a counter while an invalid file is ignored, and green once it is mended', async () => {
    writeFileSync(path(), fileWith('old'));
    const { senders, status, stop, clock, metrics } = await open({
      SENDERS_FILE: path(),
      SENDERS: '',
    });
    const reloadTwice = async () => {
      for (let n = 0; n < 2; n += 1) {
        await eventually(() => expect(clock.timers).toBe(1));
        await clock.advance(2_000);
      }
      await eventually(() => expect(clock.timers).toBe(1));
    };
    writeFileSync(path(), '{');
    await reloadTwice();
    expect(status()).toMatchObject({ state: 'amber' });
    expect(senders.authenticateSubject('old').ok).toBe(true);
    expect(await metrics.metrics()).toMatch(/ledger_senders_file_rejected\{app="test"\} 1/);
    writeFileSync(path(), fileWith('new'));
    await reloadTwice();
    expect(status()).toEqual({ state: 'green' });
    expect(senders.authenticateSubject('new').ok).toBe(true);
    expect(await metrics.metrics()).toMatch(
      /ledger_senders_file_reads_total\{result="taken",app="test"\} 2/,
    );
    await stop();
  });

  it('stop the start when the file is invalid: the error names the variable and every fault', async () => {
    writeFileSync(path(), fileWith('计费', 'a b'));
    const opening = open({ SENDERS_FILE: path(), SENDERS: '' });
    await expect(opening).rejects.toBeInstanceOf(ConfigurationError);
    await expect(opening).rejects.toThrow(
      /SENDERS_FILE: senders\.0\.subjects\.0 .*\n.*SENDERS_FILE: senders\.0\.subjects\.1/,
    );
  });

  it('are counted by name and missing permission when they are denied', async () => {
    const metrics = createMetrics('test');
    const count = denialCounter(metrics);
    count({ cause: 'points', sender: 'tts', detail: '' });
    count({ cause: 'source', sender: null, detail: '' });
    const text = await metrics.metrics();
    expect(text).toMatch(/ledger_not_allowed_total\{sender="tts",cause="points",app="test"\} 1/);
    expect(text).toMatch(
      /ledger_not_allowed_total\{sender="\(unknown\)",cause="source",app="test"\} 1/,
    );
  });
});
