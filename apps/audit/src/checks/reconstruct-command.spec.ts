import { accountStream } from '#identity';
import { deserializeEvent, type CommandType, type LedgerEvent, type Provenance } from '#ledger';
import { sampleEvents } from '../testing/sample-events.js';
import { ANNA, SAMPLE_COMMANDS, dayTime } from '../testing/sample-ledger.js';
import { reconstructCommand } from './reconstruct-command.js';

interface Recorded {
  readonly events: [LedgerEvent, ...LedgerEvent[]];
  readonly provenance: Provenance;
}

/** The events of the sample ledger by the ids of their commands. */
const recorded = new Map<string, Recorded>();
beforeAll(async () => {
  for (const stored of await sampleEvents({ users: [ANNA] })) {
    const { event, provenance } = deserializeEvent(stored);
    const group = recorded.get(provenance.command.id);
    if (group === undefined) recorded.set(provenance.command.id, { events: [event], provenance });
    else group.events.push(event);
  }
});

function eventsOf(id: string): Recorded {
  const found = recorded.get(id);
  if (found === undefined) throw new Error(`no command ${id}`);
  return found;
}

const reconstruct = ({ events, provenance }: Recorded) =>
  reconstructCommand(ANNA, { first: 0, events, provenance });

/** The same events under the name of another command. */
const asType = (id: string, type: CommandType): Recorded => {
  const { events, provenance } = eventsOf(id);
  return { events, provenance: { ...provenance, command: { ...provenance.command, type } } };
};

describe('reconstructCommand', () => {
  it('gives every command of the ledger its sender, id and moment', () => {
    expect(recorded.size).toBe(SAMPLE_COMMANDS.length);
    for (const { id, at } of SAMPLE_COMMANDS) {
      const reconstructed = reconstruct(eventsOf(id));
      if (reconstructed.kind === 'mismatch') throw new Error(reconstructed.why);
      expect(reconstructed.command).toMatchObject({ userId: ANNA, source: '/spec', id, at });
    }
  });

  it('reconstructs a recharge', () => {
    expect(reconstruct(eventsOf('r2'))).toMatchObject({
      kind: 'command',
      command: {
        type: 'RechargePoints',
        points: 50,
        expiresAt: dayTime(10),
        priority: 50,
        sourceId: 'order-r2',
      },
    });
  });

  it('reconstructs a consumption that was closed at once', () => {
    expect(reconstruct(eventsOf('c1'))).toMatchObject({
      kind: 'command',
      command: {
        type: 'ConsumePoints',
        points: 60,
        sourceType: 'tts',
        duration: 12.5,
        settleWithin: null,
      },
    });
  });

  it('reconstructs how long a pre-deduction may stay open', () => {
    expect(reconstruct(eventsOf('c2'))).toMatchObject({
      command: { type: 'ConsumePoints', points: 100, settleWithin: 3_600 },
    });
  });

  it.each([
    ['s2', 'c2', 80, 40],
    ['s3', 'c3', 130, 65],
    ['s5', 'c5', 20, 10],
  ])('reconstructs the settlement %s', (id, consumption, points, duration) => {
    const consumptionId = consumption;
    expect(reconstruct(eventsOf(id))).toMatchObject({
      kind: 'command',
      command: { type: 'SettleConsumption', consumptionId, points, duration },
    });
  });

  it('reconstructs a refund with its points and reason', () => {
    expect(reconstruct(eventsOf('x1'))).toMatchObject({
      kind: 'command',
      command: { type: 'RefundPoints', consumptionId: 'c1', points: 15, reason: '声音有杂音' },
    });
  });

  it('reconstructs the cancellation of a pre-deduction', () => {
    expect(reconstruct(eventsOf('x4'))).toMatchObject({
      kind: 'command',
      command: { type: 'RefundPoints', consumptionId: 'c4' },
    });
  });

  it('reconstructs an expiry', () => {
    expect(reconstruct(eventsOf('e1'))).toMatchObject({
      kind: 'command',
      command: { type: 'ExpirePoints', at: dayTime(9) },
    });
  });

  it('reconstructs of a refused command only what fell due by then', () => {
    expect(reconstruct(eventsOf('c7'))).toMatchObject({
      kind: 'refused',
      command: { type: 'ExpirePoints', id: 'c7', at: dayTime(4) },
    });
  });

  it('finds that a refusal names another command than its provenance', () => {
    expect(reconstruct(asType('c7', 'RechargePoints'))).toEqual({
      kind: 'mismatch',
      why: 'a ConsumePoints is refused, the command is a RechargePoints',
    });
  });

  it.each<[string, CommandType]>([
    ['r1', 'ConsumePoints'],
    ['c1', 'RechargePoints'],
    ['c1', 'SettleConsumption'],
    ['r1', 'RefundPoints'],
    ['s3', 'RechargePoints'],
    ['x1', 'SettleConsumption'],
  ])('finds that the events of %s do not come from a %s', (id, type) => {
    expect(reconstruct(asType(id, type))).toEqual({
      kind: 'mismatch',
      why: `nothing in it comes of a ${type}`,
    });
  });

  it('finds that a command is of an unknown type', () => {
    expect(reconstruct(asType('r1', 'GrantPoints' as CommandType))).toEqual({
      kind: 'mismatch',
      why: 'nothing in it comes of a GrantPoints',
    });
  });

  it('reads the stream of one account', async () => {
    const streams = new Set((await sampleEvents({ users: [ANNA] })).map(({ stream }) => stream));
    expect([...streams]).toEqual([accountStream(ANNA)]);
  });
});
