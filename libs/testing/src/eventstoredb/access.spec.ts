import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessDeniedError, EventStoreDBClient } from '@eventstore/db-client';
import { DEFAULT_USERS } from './access.js';
import { CLASSIC, collect, newStream, testEvents } from './clients.suite.js';
import { EventStoreDbProtocolServer } from './protocol-server.js';
import { selfSigned } from './self-signed.js';

describe('the protocol server, over TLS,', () => {
  const tls = selfSigned();
  const server = new EventStoreDbProtocolServer({
    tls,
    users: { ...DEFAULT_USERS, writer: { password: 'pass:word', groups: ['writers'] } },
  });
  const clients: EventStoreDBClient[] = [];
  let folder = '';
  let caFile = '';

  beforeAll(async () => {
    await server.start();
    folder = await mkdtemp(join(tmpdir(), 'esdb-tls-'));
    caFile = join(folder, 'ca.pem');
    await writeFile(caFile, tls.cert);
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.dispose()));
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const clientOf = (user: string | null) => {
    const ca = `tlsCAFile=${encodeURIComponent(caFile)}`;
    const who = user === null ? '' : `${user}@`;
    const client = EventStoreDBClient.connectionString(
      `esdb://${who}localhost:${server.port}?tls=true&${ca}`,
    );
    clients.push(client);
    return client;
  };

  it.each([
    ['BatchAppend', {}],
    ['the classic append', CLASSIC],
  ])('lets an administrator do everything, by %s', async (_call, call) => {
    const admin = clientOf('admin:changeit');
    const stream = newStream();
    await admin.appendToStream(stream, testEvents(2), call);
    expect(await collect(admin.readStream(stream))).toHaveLength(2);
    expect((await collect(admin.readAll())).length).toBeGreaterThan(2);
  });

  it('refuses a wrong password, an unknown user, and nobody', async () => {
    for (const user of ['admin:wrong', 'nobody:none', 'constructor:none', null]) {
      await expect(collect(clientOf(user).readAll())).rejects.toBeInstanceOf(AccessDeniedError);
    }
    const admin = clientOf('admin:changeit');
    const asNobody = { credentials: { username: 'nobody', password: 'none' } };
    await expect(admin.appendToStream(newStream(), testEvents(1), asNobody)).rejects.toBeInstanceOf(
      AccessDeniedError,
    );
  });

  it('lets others write and read streams, but neither $all nor the server’s own', async () => {
    const writer = clientOf('writer:pass%3Aword');
    const stream = newStream();
    await writer.appendToStream(stream, testEvents(1));
    expect(await collect(writer.readStream(stream))).toHaveLength(1);
    await expect(collect(writer.readAll())).rejects.toBeInstanceOf(AccessDeniedError);
    await expect(collect(writer.readStream('$users'))).rejects.toBeInstanceOf(AccessDeniedError);
  });

  it('asks the ACL for user and group', async () => {
    const admin = clientOf('admin:changeit');
    const writer = clientOf('writer:pass%3Aword');
    const ops = clientOf('ops:changeit');
    for (const role of ['writer', 'writers']) {
      const stream = newStream();
      await admin.setStreamMetadata(stream, { acl: { writeRoles: [role] } });
      await writer.appendToStream(stream, testEvents(1));
      await admin.appendToStream(stream, testEvents(1));
      await expect(ops.appendToStream(stream, testEvents(1))).rejects.toBeInstanceOf(
        AccessDeniedError,
      );
    }
  });
});
