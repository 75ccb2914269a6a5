import { DESK_LIMITS, type DeskLimits } from './desk-limits.js';
import { JumpingClock } from './desk.suite.js';
import { Entrance, type Visitor } from './entrance.js';
import { Waits } from './waits.js';

interface Named extends Visitor {
  readonly name: string;
}

function openEntrance(limits: Partial<DeskLimits>) {
  const admitted: string[] = [];
  const rejected: string[] = [];
  const waits = new Waits(new JumpingClock());
  const entrance = new Entrance<Named>({ ...DESK_LIMITS, ...limits }, waits, ({ name }) =>
    admitted.push(name),
  );
  const enter = (name: string, waitMsMax = Infinity): void => {
    const stream = name.slice(0, 1);
    entrance.enter({ stream, name, reject: () => rejected.push(name) }, waitMsMax);
  };
  return { entrance, enter, admitted, rejected };
}

describe('The entrance', () => {
  it('lets an account with room pass one that has none', () => {
    const { enter, admitted, entrance } = openEntrance({ accountCommandsMax: 1 });
    for (const name of ['a1', 'a2', 'b1']) enter(name);
    expect(admitted).toEqual(['a1', 'b1']);
    entrance.leave('a', 1);
    expect(admitted).toEqual(['a1', 'b1', 'a2']);
  });

  it('gives each account its turn when there is room again', () => {
    const { enter, admitted, entrance } = openEntrance({ commandsMax: 1 });
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) enter(name);
    for (let i = 0; i < 5; i += 1) entrance.leave(admitted.at(-1)?.slice(0, 1) ?? '', 1);
    expect(admitted).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('lets nobody overtake within an account', () => {
    const { enter, admitted, entrance } = openEntrance({ accountCommandsMax: 2 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) enter(name);
    entrance.leave('a', 1);
    enter('a6');
    entrance.leave('a', 2);
    expect(admitted).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(entrance.inLine).toBe(1);
  });

  it('remembers nothing of those it sent away', async () => {
    const { enter, rejected, entrance, admitted } = openEntrance({ commandsMax: 1, lineMax: 2 });
    for (const name of ['a1', 'b1', 'c1', 'd1']) enter(name, 5);
    enter('e1', 0);
    expect(rejected).toEqual(['d1', 'e1']);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejected).toEqual(['d1', 'e1', 'b1', 'c1']);
    expect(entrance.inLine).toBe(0);
    entrance.leave('a', 1);
    enter('b2');
    expect(admitted).toEqual(['a1', 'b2']);
  });

  it('sends away the line of one account, or every line', () => {
    const { enter, rejected, entrance, admitted } = openEntrance({ commandsMax: 1 });
    for (const name of ['a1', 'b1', 'c1', 'b2', 'd1']) enter(name);
    entrance.turnAway(new Error('away'), 'b');
    expect(rejected).toEqual(['b1', 'b2']);
    entrance.leave('a', 1);
    expect(admitted).toEqual(['a1', 'c1']);
    entrance.turnAway(new Error('away'));
    expect(rejected).toEqual(['b1', 'b2', 'd1']);
    expect(entrance.inLine).toBe(0);
  });
});
