import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.js';

let server: Server;
let heard: string;
let hears: () => void;
let proxy: TcpProxy;
const clients: Socket[] = [];

/** Answers every request with itself in capitals. */
beforeEach(async () => {
  heard = '';
  hears = () => {};
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      hears();
      socket.write(text.toUpperCase());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  proxy = await TcpProxy.to(typeof address === 'object' && address !== null ? address.port : 0);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  server.close();
});

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => {});
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

const answer = async (socket: Socket) => String((await once(socket, 'data'))[0]);

describe('the TCP proxy', () => {
  it('lets everything through', async () => {
    const socket = await client();
    socket.write('hello');
    expect(await answer(socket)).toBe('HELLO');
    expect(proxy.received).toBe(5);
  });

  it.each([
    ['before-request', ''],
    ['half-request', 'hel'],
    ['after-request', 'hello!'],
    ['before-answer', 'hello!'],
  ] as const)('cuts %s: the server heard "%s", the client nothing', async (at, expected) => {
    const socket = await client();
    let answered = false;
    socket.on('data', () => {
      answered = true;
    });
    const reached = new Promise<void>((resolve) => {
      hears = resolve;
    });
    const closed = once(socket, 'close');
    const cut = proxy.cutNext(at, (request) => request.includes('hello'));
    socket.write('hello!');
    await Promise.all([cut, closed, expected === '' ? null : reached]);
    expect({ heard, answered }).toEqual({ heard: expected, answered: false });
  });

  it('cuts one connection only, at the request that matches', async () => {
    const [first, second] = [await client(), await client()];
    const closed = once(first, 'close');
    void proxy.cutNext('before-request', (request) => request.includes('bad'));
    second.write('good');
    expect(await answer(second)).toBe('GOOD');
    first.write('bad');
    await closed;
    second.write('bad');
    expect(await answer(second)).toBe('BAD');
  });

  it('holds everything while it is stalled, and loses nothing', async () => {
    const socket = await client();
    socket.write('a');
    await answer(socket);
    proxy.stall();
    socket.write('b');
    const late = await client();
    late.write('c');
    expect(heard).toBe('a');
    const answers = Promise.all([answer(socket), answer(late)]);
    proxy.resume();
    expect(await answers).toEqual(['B', 'C']);
  });

  it('refuses and cuts, and lets through again', async () => {
    const socket = await client();
    const closed = once(socket, 'close');
    proxy.refuse();
    await closed;
    await once(await client(), 'close');
    proxy.accept();
    const again = await client();
    again.write('x');
    expect(await answer(again)).toBe('X');
  });
});
