import { join } from 'node:path';
import { ConfigurationError } from '#platform/process';
import type { SigningKey } from '#identity';
import { projectRoot } from '#embedded';
import type { StackSettings } from './settings.js';
import { keptSecret } from './tokens.js';

/** As `stack/senders.json` names them. */
const KEY_ID = 'local';
const SECRET_VARIABLE = 'LOCAL_SENDER_KEY';

/** With what the stack signs the messages of its demo and of `npm run points`. */
export async function localSigningKey(dataDir: string): Promise<SigningKey> {
  return { id: KEY_ID, secret: await keptSecret(dataDir, 'sender-secret') };
}

/**
 * What tells the apps who may send what, unless the environment does: the file that the stack brings
 * lets in unsigned messages of any source, which only suits a Kafka that nobody else can reach.
 */
export async function sendersEnvironment(
  settings: StackSettings,
): Promise<Readonly<Record<string, string>>> {
  if (settings.senders !== 'not said') return {};
  if (settings.kafkaBrokers !== undefined) {
    const fault =
      'must name a senders file where KAFKA_BROKERS names a Kafka (or report SENDERS=anybody): the one of the local stack lets anybody send';
    throw new ConfigurationError([{ variable: 'SENDERS_FILE', fault }]);
  }
  const { secret } = await localSigningKey(settings.dataDir);
  return {
    SENDERS_FILE: join(projectRoot(), 'stack', 'senders.json'),
    [SECRET_VARIABLE]: secret,
  };
}
