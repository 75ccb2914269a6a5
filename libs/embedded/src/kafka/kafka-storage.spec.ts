import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callsOf, fakeJava, type FakeJavaScripts } from '../testing/fake-java.js';
import { withFolder } from '../testing/fixtures.js';
import { kafkaStorage, type ScramUser } from './kafka-storage.js';

describe('the storage of the local Kafka', () => {
  const folder = withFolder();
  const dataDir = () => folder.in('data');
  const made = (scripts: FakeJavaScripts = {}, scramUsers: readonly ScramUser[] = []) => {
    mkdirSync(dataDir(), { recursive: true });
    return kafkaStorage({
      java: join(fakeJava(folder, scripts), 'bin', 'java'),
      classPath: '/jars/*',
      dataDir: dataDir(),
      ports: { broker: 1, controller: 2 },
      scramUsers,
    });
  };

  it('is made beside its place and moved there whole', async () => {
    const storage = await made({
      format: `[ -e '${dataDir()}/storage' ] && exit 9; : > "$storage/meta.properties"; echo "$storage" > '${folder.path}/formatted'`,
    });
    expect(storage).toBe(join(dataDir(), 'storage'));
    expect(readdirSync(storage)).toEqual(['meta.properties']);
    expect(folder.read('formatted').trim()).toBe(join(dataDir(), 'storage-formatting'));
    expect(existsSync(join(dataDir(), 'storage-formatting'))).toBe(false);
  });

  it('is made once', async () => {
    const first = await made();
    writeFileSync(join(first, 'segment'), 'messages');
    expect(await made({ format: 'exit 1' })).toBe(first);
    expect(readdirSync(first).toSorted()).toEqual(['meta.properties', 'segment']);
    expect(callsOf(folder)).toHaveLength(1);
  });

  it('is made from the beginning after an interrupted start', async () => {
    mkdirSync(join(dataDir(), 'storage-formatting'), { recursive: true });
    writeFileSync(join(dataDir(), 'storage-formatting', 'half'), '');
    mkdirSync(join(dataDir(), 'storage'));
    expect(readdirSync(await made())).toEqual(['meta.properties']);
  });

  it('is left alone, with a sentence that says what to do, when it is not whole', async () => {
    mkdirSync(join(dataDir(), 'storage'), { recursive: true });
    writeFileSync(join(dataDir(), 'storage', 'segment'), 'messages');
    await expect(made()).rejects.toMatchObject({
      name: 'KafkaBrokerError',
      code: 'data-incomplete',
      message: expect.stringMatching(/no meta\.properties.*put back a copy, or remove/) as string,
    });
    expect(readdirSync(join(dataDir(), 'storage'))).toEqual(['segment']);
    expect(existsSync(folder.in('calls'))).toBe(false);
  });

  it('is not there after a format that failed, whose output is the cause', async () => {
    const failed = made({ format: ': > "$storage/half"; echo "the disk is full" >&2; exit 1' });
    await expect(failed).rejects.toMatchObject({
      code: 'not-started',
      message: expect.stringContaining('check that the disk has room') as string,
      cause: { message: 'the disk is full\n' },
    });
    expect(existsSync(join(dataDir(), 'storage'))).toBe(false);
    expect(readdirSync(await made())).toEqual(['meta.properties']);
  });

  it('cannot be made without a Java', async () => {
    mkdirSync(dataDir());
    const options = { classPath: '', dataDir: dataDir(), ports: { broker: 1, controller: 2 } };
    await expect(kafkaStorage({ ...options, java: folder.in('no-java') })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/no-java is missing/) as string },
    });
  });

  it('has an id of its own that does not read as an option', async () => {
    const ids = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      await made({ format: 'exit 1' }).catch(() => undefined);
      const [, id = ''] = /--cluster-id (\S+)/.exec(callsOf(folder).at(-1) ?? '') ?? [];
      expect(Buffer.from(id, 'base64url')).toHaveLength(16);
      expect(id).toMatch(/^[A-Za-z0-9]/);
      ids.add(id);
    }
    expect(ids.size).toBe(3);
  });

  it('is made with the users that may log in', async () => {
    await made({}, [
      { mechanism: 'SCRAM-SHA-256', username: 'ledger', password: 's3cret' },
      { mechanism: 'SCRAM-SHA-512', username: 'audit', password: 'other' },
    ]);
    expect(callsOf(folder)[0]).toMatch(
      / --add-scram SCRAM-SHA-256=\[name=ledger,password=s3cret\] --add-scram SCRAM-SHA-512=\[name=audit,password=other\]$/,
    );
  });
});
