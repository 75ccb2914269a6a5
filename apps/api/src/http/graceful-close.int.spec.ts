import { connect, type AddressInfo, type Socket } from 'node:net';
import { MemoryReadTables } from '#read-model/testing';
import { ALICE, bearer, eventually, openTestApi } from '../testing/api-fixture.js';

const READ = `/v1/users/${ALICE}/balance`;

describe('the API on shutdown', () => {
  it('completes requests in flight, and closes connections that are idle or were never used', async () => {
    const tables = new MemoryReadTables();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let asked = 0;
    tables.account = async () => {
      asked += 1;
      await held;
      return null;
    };
    const api = await openTestApi({ tables });
    await api.app.listen(0, '127.0.0.1');
    const { authorization } = await bearer({ roles: ['auditor'] });
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    connect(port, '127.0.0.1').on('error', () => undefined);
    const socket = connect(port, '127.0.0.1');
    const text = textOf(socket);
    socket.write(
      `GET ${READ} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\nconnection: keep-alive\r\n\r\n`,
    );
    await eventually(() => expect(asked).toBe(1));
    const began = performance.now();
    const closed = api.close();
    letGo();
    await closed;
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await text).toMatch(/^HTTP\/1\.1 200 /);
  });
});

/** Everything that is received until the connection is closed. */
function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}
