import { openPostgresEventStore } from '#event-store';
import { accountStream } from '#identity';
import { runProgram } from '../../../apps/audit/src/testing/run-program.js';
import {
  freshDatabase,
  type Database,
} from '../../../libs/event-store/src/testing/fresh-database.js';
import { benchUser } from '../even-load.js';
import { fillEventStore } from './fill-store.js';

let database: Database;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

describe('fillEventStore', () => {
  it('writes a ledger in which the auditor finds no damage, and in which accounts go on', async () => {
    const { url } = database;
    const filled = await fillEventStore(url, { accounts: 50, events: 1_500, threads: 0 });
    expect(filled).toBeGreaterThanOrEqual(1_500);
    const { status, out } = await runProgram({ EVENT_STORE: url }, 'verify', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: true, events: filled, accounts: 50 });
    expect(status).toBe(0);
    const store = await openPostgresEventStore(url);
    const stream = accountStream(benchUser(7));
    const event = { type: 't', data: '{}', meta: '{}', hash: new Uint8Array(32) };
    const revision = filled / 50 - 1;
    expect(
      await store.append(stream, revision, [
        { id: '00000000-0000-4000-8000-000000000000', ...event },
      ]),
    ).toMatchObject({ kind: 'ok', revision: revision + 1 });
    await store.close();
  });
});
