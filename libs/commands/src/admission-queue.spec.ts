import { AutoAdvancingClock } from '#async/testing';
import { COMMAND_LIMITS, type CommandLimits } from './command-limits.js';
import { AdmissionQueue, type QueuedCommand } from './admission-queue.js';

interface NamedCommand extends QueuedCommand {
  readonly name: string;
}

function openQueue(limits: Partial<CommandLimits>) {
  const admitted: string[] = [];
  const rejected: string[] = [];
  const clock = new AutoAdvancingClock();
  const all = { ...COMMAND_LIMITS, ...limits };
  const queue = new AdmissionQueue<NamedCommand>(
    { ...all, accountCommandsMax: () => all.accountCommandsMax },
    clock,
    ({ name }) => admitted.push(name),
  );
  const enqueue = (name: string, waitMsMax = Infinity): void => {
    const stream = name.slice(0, 1);
    queue.enqueue({ stream, name, reject: () => rejected.push(name) }, waitMsMax);
  };
  return { queue, enqueue, admitted, rejected };
}

describe('The admission queue', () => {
  it('admits a command of an account with capacity before one of a full account', () => {
    const { enqueue, admitted, queue } = openQueue({ accountCommandsMax: 1 });
    for (const name of ['a1', 'a2', 'b1']) enqueue(name);
    expect(admitted).toEqual(['a1', 'b1']);
    queue.release('a', 1);
    expect(admitted).toEqual(['a1', 'b1', 'a2']);
  });

  it('admits queued commands of different accounts in turns', () => {
    const { enqueue, admitted, queue } = openQueue({ commandsMax: 1 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) enqueue(name);
    for (let i = 0; i < 5; i += 1) queue.release(admitted.at(-1)?.slice(0, 1) ?? '', 1);
    expect(admitted).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('keeps the order of commands within an account', () => {
    const { enqueue, admitted, queue } = openQueue({ accountCommandsMax: 2 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) enqueue(name);
    queue.release('a', 1);
    enqueue('a6');
    queue.release('a', 2);
    expect(admitted).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(queue.queued).toBe(1);
  });

  it('keeps nothing of rejected commands', async () => {
    const { enqueue, rejected, queue, admitted } = openQueue({
      commandsMax: 1,
      queuedCommandsMax: 2,
    });
    for (const name of ['a1', 'b1', 'c1', 'd1']) enqueue(name, 5);
    enqueue('e1', 0);
    expect(rejected).toEqual(['d1', 'e1']);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejected).toEqual(['d1', 'e1', 'b1', 'c1']);
    expect(queue.queued).toBe(0);
    queue.release('a', 1);
    enqueue('b2');
    expect(admitted).toEqual(['a1', 'b2']);
  });

  it('rejects the queued commands of one account or of all', () => {
    const { enqueue, rejected, queue, admitted } = openQueue({ commandsMax: 1 });
    for (const name of ['a1', 'b1', 'c1', 'b2', 'd1']) enqueue(name);
    queue.rejectAll(new Error('away'), 'b');
    expect(rejected).toEqual(['b1', 'b2']);
    queue.release('a', 1);
    expect(admitted).toEqual(['a1', 'c1']);
    queue.rejectAll(new Error('away'));
    expect(rejected).toEqual(['b1', 'b2', 'd1']);
    expect(queue.queued).toBe(0);
  });
});
