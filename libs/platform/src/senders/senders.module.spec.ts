import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Senders } from '#senders';
import { ConfigModule } from '../config/config.module.js';
import { Health } from '../health/health.js';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { GracefulShutdown } from '../lifecycle/graceful-shutdown.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { logLines } from '../testing/log-lines.js';
import { surroundings } from '../testing/surroundings.js';
import { LOG, SENDERS } from '../tokens.js';
import { SendersModule } from './senders.module.js';

describe('The module of the senders', () => {
  let folder = '';
  const path = (): string => join(folder, 'senders.json');
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'points-ledger-senders-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  async function open(config: { SENDERS_FILE: string; SENDERS: '' | 'anybody' }) {
    const { log, lines } = logLines();
    const health = new Health(['senders']);
    const ports = surroundings(
      { provide: LOG, useValue: log },
      { provide: Health, useValue: health },
    );
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(config),
        ports,
        MetricsModule.forRoot('test'),
        LifecycleModule.forRoot(),
        SendersModule,
      ],
    }).compile();
    await module.init();
    const senders = module.get<Senders>(SENDERS, { strict: false });
    return { module, senders, health, lines };
  }
  const fileOf = (subject: string) =>
    writeFileSync(
      path(),
      JSON.stringify({ senders: [{ name: 'one', subjects: [subject], types: ['ExpirePoints'] }] }),
    );

  it('hands out the senders of the file, and reports them as ready', async () => {
    fileOf('billing');
    const { module, senders, health } = await open({ SENDERS_FILE: path(), SENDERS: '' });
    expect(senders.authenticateSubject('billing').ok).toBe(true);
    expect(senders.authenticateSubject('stranger').ok).toBe(false);
    expect(health.ready()).toEqual({ ok: true, parts: { senders: { state: 'green' } } });
    await module.close();
  });

  it('does not start the process with an invalid file', async () => {
    writeFileSync(path(), '{');
    await expect(open({ SENDERS_FILE: path(), SENDERS: '' })).rejects.toThrow(
      /^The configuration is invalid:\n {2}SENDERS_FILE: /,
    );
  });

  it('does not start the process without a decision about senders', async () => {
    await expect(open({ SENDERS_FILE: '', SENDERS: '' })).rejects.toThrow(
      'SENDERS_FILE: is not set',
    );
  });

  it('stops to reload the file on shutdown', async () => {
    fileOf('billing');
    const { module } = await open({ SENDERS_FILE: path(), SENDERS: '' });
    await module.close();
    expect(module.get(GracefulShutdown, { strict: false }).hasFailed).toBe(false);
  });

  it('warns where the commands of any sender are accepted', async () => {
    const { module, senders, lines } = await open({ SENDERS_FILE: '', SENDERS: 'anybody' });
    expect(senders.authenticateSubject('stranger').ok).toBe(true);
    expect(lines).toMatchObject([{ level: 'warn', msg: 'commands of any sender are accepted' }]);
    await module.close();
  });
});
