import { createServer, type Server } from 'node:net';
import { PortTaken, choosePort } from './choose-port.js';
import { freePort } from '#embedded';

describe('The port of a server of the stack', () => {
  let taken: number;
  let listener: Server;
  const said: string[] = [];
  const choose = (asked: number | undefined, usual: number) =>
    choosePort('API_PORT', asked, usual, (line) => said.push(line));

  beforeAll(async () => {
    taken = await freePort();
    listener = createServer();
    await new Promise<void>((resolve) => listener.listen(taken, '127.0.0.1', resolve));
  });
  beforeEach(() => said.splice(0));
  afterAll(() => new Promise((resolve) => listener.close(resolve)));

  it('is the usual one when nobody asked', async () => {
    const usual = await freePort();
    expect((await choose(undefined, usual)).port).toBe(usual);
    expect(said).toEqual([]);
  });

  it('is a free one when the usual is taken, and that is said', async () => {
    const { port } = await choose(undefined, taken);
    expect(port).not.toBe(taken);
    expect(said).toEqual([`port ${taken} is taken; API_PORT is ${port} this time`]);
  });

  it('is never another one than was asked for by name', async () => {
    await expect(choose(taken, 1)).rejects.toThrow(PortTaken);
    await expect(choose(taken, 1)).rejects.toThrow(`API_PORT=${taken}`);
  });

  it('is a free one for 0, without a word', async () => {
    expect((await choose(0, taken)).port).toBeGreaterThan(1023);
    expect(said).toEqual([]);
  });
});
