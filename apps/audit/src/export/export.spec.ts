import { accountStream } from '#identity';
import { CannotCheckError, StoreRefusedError } from '../store/errors.js';
import type { StoredEvent, StreamDamage } from '../store/event-source.js';
import { MemoryEventSource } from '../testing/memory-event-source.js';
import { sampleEvents, withChange, withForgedData } from '../testing/sample-events.js';
import { ANNA, BO, CHEN, USERS, dayTime } from '../testing/sample-ledger.js';
import { exportEvents, isInRange, type ExportFormat, type TimeRange } from './export-events.js';
import { exportStatement } from './export-statement.js';

let events: StoredEvent[];
beforeAll(async () => {
  events = await sampleEvents();
});

interface Options {
  readonly user?: string | null;
  readonly range?: TimeRange;
  readonly format?: ExportFormat;
  readonly source?: MemoryEventSource;
  readonly damaged?: StreamDamage[];
}

async function linesOf(
  made: typeof exportEvents,
  { user = null, range = {}, format = 'jsonl', source, damaged }: Options,
): Promise<string[]> {
  const onDamage = damaged && ((damage: StreamDamage): void => void damaged.push(damage));
  let text = '';
  for await (const piece of made(
    source ?? new MemoryEventSource(events),
    user,
    range,
    format,
    onDamage,
  )) {
    text += piece;
  }
  return text.split(/\r?\n/).slice(0, -1);
}

const parsed = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('isInRange', () => {
  it.each<[TimeRange, boolean]>([
    [{}, true],
    [{ from: dayTime(1) }, true],
    [{ from: dayTime(1, '12:01') }, false],
    [{ to: dayTime(1) }, false],
    [{ to: dayTime(1, '12:01') }, true],
    [{ from: dayTime(1), to: dayTime(1) }, false],
  ])('puts a moment into %j: %s', (range, expected) => {
    expect(isInRange(range, dayTime(1))).toBe(expected);
  });
});

describe('exportEvents', () => {
  it('exports all events in order of position', async () => {
    const lines = parsed(await linesOf(exportEvents, {}));
    expect(lines.map(({ position }) => position)).toEqual(events.map(({ position }) => position));
  });

  it('exports an event as it is stored', async () => {
    const [line] = parsed(await linesOf(exportEvents, { user: ANNA }));
    const stored = events.find(({ stream }) => stream === accountStream(ANNA));
    expect(line).toEqual({
      position: stored?.position,
      user_id: ANNA,
      revision: 0,
      id: stored?.id,
      type: 'PointsRecharged',
      at: dayTime(0),
      data: JSON.parse(stored?.data ?? '') as unknown,
      meta: JSON.parse(stored?.meta ?? '') as unknown,
      hash: stored?.hash,
    });
  });

  it('exports the events of one user', async () => {
    const lines = parsed(await linesOf(exportEvents, { user: BO }));
    expect(new Set(lines.map((line) => line['user_id']))).toEqual(new Set([BO]));
    expect(lines).toHaveLength(events.length / USERS.length);
  });

  it('exports a range of time', async () => {
    const range = { from: dayTime(1), to: dayTime(2) };
    const lines = parsed(await linesOf(exportEvents, { user: ANNA, range }));
    expect(lines.map(({ revision }) => revision)).toEqual([2, 3, 4, 5]);
  });

  it('exports CSV with a header and as many columns in each row', async () => {
    const [header = '', ...rows] = await linesOf(exportEvents, { user: ANNA, format: 'csv' });
    expect(header).toMatch(
      /^position,user_id,revision,event_id,type,at,balance_after,command_type/,
    );
    expect(rows).toHaveLength(events.length / USERS.length);
    expect(rows[0]).toContain(`,${ANNA},0,`);
    expect(rows[0]).toContain('RechargePoints,/spec,r1');
  });

  it('names the stream and the revision of an event that can not be read', async () => {
    const source = new MemoryEventSource(
      withChange(events, accountStream(BO), 3, { data: '{"at":' }),
    );
    for (const user of [null, BO]) {
      const exported = linesOf(exportEvents, { source, user });
      await expect(exported).rejects.toThrow(CannotCheckError);
      await expect(exported).rejects.toThrow(
        `${accountStream(BO)} revision 3: data is not JSON: verify the events first`,
      );
    }
    expect(await linesOf(exportEvents, { source, user: ANNA })).not.toEqual([]);
  });

  it('exports nothing but the header of CSV from an empty store', async () => {
    const source = new MemoryEventSource([]);
    expect(await linesOf(exportEvents, { source })).toEqual([]);
    expect(await linesOf(exportEvents, { source, format: 'csv' })).toHaveLength(1);
  });
});

describe('exportStatement', () => {
  it('exports the rows of all accounts, one account after the other', async () => {
    const lines = parsed(await linesOf(exportStatement, {}));
    const users = lines.map((line) => line['user_id']);
    expect([...new Set(users)]).toEqual([ANNA, BO, CHEN]);
    expect(users).toEqual([...users].sort());
  });

  it('exports a row with the command behind it', async () => {
    const [first] = parsed(await linesOf(exportStatement, { user: ANNA }));
    expect(first).toMatchObject({
      user_id: ANNA,
      revision: 0,
      line: 0,
      type: 'recharge',
      amount: 1_000,
      balance_after: 1_000,
      command: { type: 'RechargePoints', source: '/spec', id: 'r1' },
    });
  });

  it('exports the duration that a later settlement gave, also outside of the range', async () => {
    const range = { from: dayTime(1, '13:00'), to: dayTime(1, '13:05') };
    const lines = parsed(await linesOf(exportStatement, { user: ANNA, range }));
    expect(lines).toMatchObject([{ revision: 3, duration: 40, updated_at: dayTime(1, '13:10') }]);
  });

  it('exports CSV with a header and the command in the last columns', async () => {
    const [header, ...rows] = await linesOf(exportStatement, { user: ANNA, format: 'csv' });
    expect(header).toMatch(
      /^user_id,revision,line,type,amount,.*,command_type,command_source,command_id$/,
    );
    expect(rows[0]).toMatch(/,RechargePoints,\/spec,r1$/);
  });

  it('exports nothing of a user without events', async () => {
    const user = '99999999-9999-4999-8999-999999999999';
    expect(await linesOf(exportStatement, { user })).toEqual([]);
  });

  const forged = (): MemoryEventSource =>
    new MemoryEventSource(
      withForgedData(events, accountStream(BO), 5, (data) => (data['balanceAfter'] = 1)),
    );

  it('leaves out an account that can not be replayed, and names it', async () => {
    const damaged: StreamDamage[] = [];
    const lines = parsed(await linesOf(exportStatement, { source: forged(), damaged }));
    expect([...new Set(lines.map((line) => line['user_id']))]).toEqual([ANNA, CHEN]);
    expect(damaged).toMatchObject([{ kind: 'unreadable', stream: accountStream(BO) }]);
    expect(damaged[0]?.detail).toContain(`${accountStream(BO)} revision 5: balanceAfter says 1`);
  });

  it('fails when the only account that is asked for can not be replayed', async () => {
    const damaged: StreamDamage[] = [];
    const made = linesOf(exportStatement, { source: forged(), user: BO, damaged });
    await expect(made).rejects.toThrow(CannotCheckError);
    expect(damaged).toEqual([]);
  });

  class Refusing extends MemoryEventSource {
    constructor(private readonly code: string) {
      super(events);
    }

    override async *streamEvents(...args: Parameters<MemoryEventSource['streamEvents']>) {
      if (args[0] === accountStream(BO)) throw new StoreRefusedError(this.code, 'refused');
      yield* super.streamEvents(...args);
    }
  }

  it.each(['stream-deleted', 'stream-truncated', 'broken-order'])(
    'leaves out an account whose stream the store refuses with %s',
    async (code) => {
      const damaged: StreamDamage[] = [];
      await linesOf(exportStatement, { source: new Refusing(code), damaged });
      expect(damaged).toMatchObject([{ stream: accountStream(BO), detail: 'refused' }]);
    },
  );

  it('fails when the store refuses everything', async () => {
    const source = new Refusing('access-denied');
    await expect(linesOf(exportStatement, { source, damaged: [] })).rejects.toThrow(
      StoreRefusedError,
    );
  });
});
