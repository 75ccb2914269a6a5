import { createServer, type Server } from 'node:net';
import { PortTaken, choosePort } from './choose-port.js';
import { freePort } from '#embedded';

describe('The port of a server of the stack', () => {
  let taken: number;
  let listener: Server;
  const reported: string[] = [];
  const choose = (requested: number | undefined, usual: number) =>
    choosePort('API_PORT', requested, usual, (line) => reported.push(line));

  beforeAll(async () => {
    taken = await freePort();
    listener = createServer();
    await new Promise<void>((resolve) => listener.listen(taken, '127.0.0.1', resolve));
  });
  beforeEach(() => reported.splice(0));
  afterAll(() => new Promise((resolve) => listener.close(resolve)));

  it('is the preferred one when none is requested', async () => {
    const preferred = await freePort();
    expect((await choose(undefined, preferred)).port).toBe(preferred);
    expect(reported).toEqual([]);
  });

  it('is a free one when the preferred one is taken, which is reported', async () => {
    const { port } = await choose(undefined, taken);
    expect(port).not.toBe(taken);
    expect(reported).toEqual([`port ${taken} is in use; API_PORT is ${port} this time`]);
  });

  it('is never another one than the requested one', async () => {
    await expect(choose(taken, 1)).rejects.toThrow(PortTaken);
    await expect(choose(taken, 1)).rejects.toThrow(`API_PORT=${taken}`);
  });

  it('is a free one for 0, without a report', async () => {
    expect((await choose(0, taken)).port).toBeGreaterThan(1023);
    expect(reported).toEqual([]);
  });
});
