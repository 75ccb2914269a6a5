import { AccessDeniedError, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { DEFAULT_USERS } from './access.js';
import {
  CLASSIC,
  collect,
  newStream,
  testEvents,
  withSecureServer,
  withServer,
} from './testing/client-fixtures.js';

const ADMIN = 'admin:changeit';
const OPS = 'ops:changeit';
const WRITER = 'writer:pass%3Aword';
const USERS = { ...DEFAULT_USERS, writer: { password: 'pass:word', groups: ['writers'] } };

const denied = async (call: Promise<unknown>) =>
  expect(call).rejects.toBeInstanceOf(AccessDeniedError);

describe('the protocol server, over TLS,', () => {
  const on = withSecureServer({ users: USERS });

  it.each([
    ['BatchAppend', {}],
    ['the classic append', CLASSIC],
  ])('lets an administrator write and read, by %s', async (_call, call) => {
    const admin = on.clientOf(ADMIN);
    const stream = newStream();
    await admin.appendToStream(stream, testEvents(2), call);
    expect(await collect(admin.readStream(stream))).toHaveLength(2);
    expect((await collect(admin.readAll())).length).toBeGreaterThan(2);
  });

  it('rejects a wrong password, an unknown user, and anonymous access (23.10)', async () => {
    for (const user of ['admin:wrong', 'unknown:none', 'constructor:none', null]) {
      await denied(collect(on.clientOf(user).readAll()));
    }
    const asUnknownUser = { credentials: { username: 'unused', password: 'unused' } };
    await denied(on.clientOf(ADMIN).appendToStream(newStream(), testEvents(1), asUnknownUser));
    await denied(on.clientOf(null).appendToStream(newStream(), testEvents(1)));
  });

  it('lets others write and read streams, but neither $all nor the server’s own (23.10)', async () => {
    for (const user of [WRITER, OPS]) {
      const client = on.clientOf(user);
      const stream = newStream();
      await client.appendToStream(stream, testEvents(1));
      expect(await collect(client.readStream(stream))).toHaveLength(1);
      await denied(collect(client.readAll()));
      await denied(collect(client.subscribeToAll()));
      await denied(collect(client.readStream('$users')));
    }
  });

  it('lets those read $all to whom the metadata of $all gives it (23.10)', async () => {
    const admin = on.clientOf(ADMIN);
    await denied(
      on.clientOf(WRITER).setStreamMetadata('$all', { acl: { readRoles: ['writers'] } }),
    );
    await admin.setStreamMetadata('$all', { acl: { readRoles: ['writers', '$admins'] } });
    expect((await collect(on.clientOf(WRITER).readAll())).length).toBeGreaterThan(0);
    await denied(collect(on.clientOf(OPS).readAll()));
    await admin.setStreamMetadata('$all', {});
  });

  it('checks user and group by the access list of a stream', async () => {
    const admin = on.clientOf(ADMIN);
    for (const role of ['writer', 'writers']) {
      const stream = newStream();
      await admin.setStreamMetadata(stream, { acl: { writeRoles: [role] } });
      await on.clientOf(WRITER).appendToStream(stream, testEvents(1));
      await admin.appendToStream(stream, testEvents(1));
      await denied(on.clientOf(OPS).appendToStream(stream, testEvents(1)));
    }
  });

  it('refuses what an access list reserves for others, each right by itself', async () => {
    const admin = on.clientOf(ADMIN);
    const writer = on.clientOf(WRITER);
    const stream = newStream();
    const reserve = (right: string) =>
      admin.setStreamMetadata(stream, { acl: { [right]: ['another-user'] } });
    await writer.appendToStream(stream, testEvents(1));
    await reserve('readRoles');
    await denied(collect(writer.readStream(stream)));
    await denied(collect(writer.subscribeToStream(stream)));
    await reserve('deleteRoles');
    await collect(writer.readStream(stream));
    await denied(writer.deleteStream(stream));
    await denied(writer.tombstoneStream(stream));
    await reserve('metaReadRoles');
    await denied(writer.getStreamMetadata(stream));
    await reserve('metaWriteRoles');
    await denied(writer.setStreamMetadata(stream, {}));
  });

  it('falls back to $settings where a stream has no access list (23.10)', async () => {
    const admin = on.clientOf(ADMIN);
    const settings = (data: { [field: string]: { [right: string]: string[] } }) =>
      admin.appendToStream('$settings', jsonEvent({ type: '$settings', data }));
    await settings({ $userStreamAcl: { $w: ['writers'], $d: ['$admins'] } });
    const stream = newStream();
    await on.clientOf(WRITER).appendToStream(stream, testEvents(1));
    await denied(on.clientOf(OPS).appendToStream(newStream(), testEvents(1)));
    await denied(on.clientOf(WRITER).deleteStream(stream));
    expect(await collect(on.clientOf(OPS).readStream(stream))).toHaveLength(1);
    await admin.setStreamMetadata(stream, { acl: { deleteRoles: ['writers'] } });
    await denied(on.clientOf(OPS).appendToStream(stream, testEvents(1)));
    await on.clientOf(WRITER).deleteStream(stream);
    await settings({ $userStreamAcl: { $w: ['$all'], $d: ['$all'] } });
  });

  it('denies every user to delete a metadata stream or to write to $all, administrators included (23.10)', async () => {
    const admin = on.clientOf(ADMIN);
    const stream = newStream();
    await admin.setStreamMetadata(stream, { maxCount: 3 });
    await denied(admin.deleteStream(`$$${stream}`));
    await denied(admin.tombstoneStream(`$$${stream}`));
    await denied(admin.appendToStream('$all', testEvents(1), CLASSIC));
    await denied(admin.deleteStream('$all'));
  });

  it('denies access to a stream without a name (23.10)', async () => {
    const admin = on.clientOf(ADMIN);
    await denied(admin.appendToStream('', testEvents(1), CLASSIC));
    await denied(collect(admin.readStream('')));
    await denied(admin.deleteStream(''));
  });
});

describe('the protocol server, without TLS,', () => {
  const on = withServer();

  it('enforces no access list and no authentication: it is an insecure node (23.10)', async () => {
    const stream = newStream();
    const everything = [
      'readRoles',
      'writeRoles',
      'deleteRoles',
      'metaReadRoles',
      'metaWriteRoles',
    ];
    const acl = Object.fromEntries(everything.map((right) => [right, ['another-user']]));
    await on.client.setStreamMetadata(stream, { acl });
    await on.client.appendToStream(stream, testEvents(1), {
      credentials: { username: 'unused', password: 'unused' },
      expectedRevision: NO_STREAM,
    });
    expect(await collect(on.client.readStream(stream))).toHaveLength(1);
    await on.client.getStreamMetadata(stream);
    expect((await collect(on.client.readAll())).length).toBeGreaterThan(0);
    await on.client.deleteStream(stream);
    await on.client.tombstoneStream(stream);
  });
});
