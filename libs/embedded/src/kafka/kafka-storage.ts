import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KafkaBrokerError } from './kafka-broker-error.js';
import { serverProperties, type BrokerPorts } from './kafka-properties.js';
import { runCommand } from '../process/run-command.js';

const FORMAT_MS_MAX = 60_000;

/** A user for SASL/SCRAM; such users are written when the storage is made. */
export interface ScramUser {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

export interface StorageOptions {
  readonly java: string;
  readonly classPath: string;
  readonly dataDir: string;
  readonly ports: BrokerPorts;
  readonly scramUsers?: readonly ScramUser[];
}

/**
 * Kafka's storage inside `dataDir`, made on the first start and kept afterwards. It is formatted
 * beside its place and moved there whole, so that an interrupted start leaves nothing half done.
 */
export async function kafkaStorage(options: StorageOptions): Promise<string> {
  const storage = join(options.dataDir, 'storage');
  if (existsSync(join(storage, 'meta.properties'))) return storage;
  if (existsSync(storage) && (await readdir(storage)).length > 0) {
    throw new KafkaBrokerError(
      'data-incomplete',
      `The local Kafka's data in ${storage} is not whole (no meta.properties): put back a copy, or remove that folder to begin anew ("npm run reset").`,
    );
  }
  await rm(storage, { recursive: true, force: true });
  const formatting = join(options.dataDir, 'storage-formatting');
  await rm(formatting, { recursive: true, force: true });
  await mkdir(formatting, { recursive: true });
  await format(options, formatting);
  await rename(formatting, storage);
  return storage;
}

async function format(options: StorageOptions, folder: string): Promise<void> {
  const properties = join(options.dataDir, 'format.properties');
  await writeFile(properties, serverProperties(options.ports, folder));
  const users = (options.scramUsers ?? []).flatMap(({ mechanism, username, password }) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  // Sixteen bytes; the first is zero because an id that begins with "-" reads as an option.
  const clusterId = Buffer.concat([Buffer.of(0), randomBytes(15)]).toString('base64url');
  const end = await runCommand(
    options.java,
    [
      '-Xmx128m',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-cp',
      options.classPath,
      'kafka.tools.StorageTool',
      'format',
      '--cluster-id',
      clusterId,
      '--config',
      properties,
      ...users,
    ],
    { msMax: FORMAT_MS_MAX },
  );
  if (end.kind === 'ended' && end.code === 0) return;
  throw new KafkaBrokerError(
    'not-started',
    `The local Kafka's storage could not be made in ${folder}: see the cause, and check that the disk has room.`,
    { cause: new Error(end.kind === 'ended' ? end.output : `${options.java} is missing`) },
  );
}
