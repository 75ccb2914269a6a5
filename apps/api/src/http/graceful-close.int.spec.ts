import { connect, type AddressInfo, type Socket } from 'node:net';
import { MemoryReadTables } from '#read-model/testing';
import { ALICE, bearer, eventually, openTestApi } from '../testing/api-fixture.js';
import { InFlightRequests, closeGracefully } from './graceful-close.js';

/** Only a hang would take so long: nothing is cut off for the limit. */
const NEVER_MS = 600_000;
const READ = `/v1/users/${ALICE}/balance`;

describe('the API on shutdown', () => {
  it('completes requests in flight, and closes connections that are idle or were never used', async () => {
    const tables = new MemoryReadTables();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let reads = 0;
    tables.account = async () => {
      reads += 1;
      await held;
      return null;
    };
    const api = await openTestApi({ tables });
    const inFlight = new InFlightRequests(api.app.getHttpServer());
    await api.app.listen(0, '127.0.0.1');
    const { authorization } = await bearer({ roles: ['auditor'] });
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    connect(port, '127.0.0.1').on('error', () => undefined);
    const socket = connect(port, '127.0.0.1');
    const text = textOf(socket);
    socket.write(
      `GET ${READ} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\nconnection: keep-alive\r\n\r\n`,
    );
    await eventually(() => expect(reads).toBe(1));
    const closed = closeGracefully(api.app, inFlight, NEVER_MS);
    letGo();
    await closed;
    await api.close();
    expect(await text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('cuts off a request that is still in flight after the limit', async () => {
    const tables = new MemoryReadTables();
    let release = (): void => undefined;
    const held = new Promise<null>((resolve) => (release = () => resolve(null)));
    let reads = 0;
    tables.account = () => {
      reads += 1;
      return held;
    };
    const api = await openTestApi({ tables });
    const inFlight = new InFlightRequests(api.app.getHttpServer());
    await api.app.listen(0, '127.0.0.1');
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const answer = fetch(`http://127.0.0.1:${port}${READ}`, {
      headers: await bearer({ roles: ['auditor'] }),
    });
    const cutOff = expect(answer).rejects.toThrow();
    await eventually(() => expect([reads, inFlight.count]).toEqual([1, 1]));
    await closeGracefully(api.app, inFlight, 20);
    await cutOff;
    release();
    await api.close();
    await eventually(() => expect(inFlight.count).toBe(0));
  });
});

/** Everything that is received until the connection is closed. */
function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}
