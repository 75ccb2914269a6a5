import { join } from 'node:path';
import { ConfigurationError } from '#platform/process';
import type { SigningKey } from '#identity';
import { projectRoot } from '#embedded';
import type { StackConfig } from './stack-config.js';
import { loadOrCreateSecret } from './tokens.js';

/** The names in `stack/senders.json`. */
const KEY_ID = 'local';
const SECRET_VARIABLE = 'LOCAL_SENDER_KEY';

/** The key with which the stack signs the messages of its demo and of `npm run points`. */
export async function localSigningKey(dataDir: string): Promise<SigningKey> {
  return { id: KEY_ID, secret: await loadOrCreateSecret(dataDir, 'sender-secret') };
}

/**
 * The variables that define the senders for the apps, unless the environment does. The file of the
 * stack accepts unsigned messages of any source, which is safe only if no one else can reach its Kafka.
 */
export async function sendersEnvironment(
  config: StackConfig,
): Promise<Readonly<Record<string, string>>> {
  if (config.senders !== 'unset') return {};
  if (config.kafkaBrokers !== undefined) {
    const fault =
      'must name a senders file when KAFKA_BROKERS is set (or set SENDERS=anybody): the file of the local stack accepts any sender';
    throw new ConfigurationError([{ variable: 'SENDERS_FILE', fault }]);
  }
  const { secret } = await localSigningKey(config.dataDir);
  return {
    SENDERS_FILE: join(projectRoot(), 'stack', 'senders.json'),
    [SECRET_VARIABLE]: secret,
  };
}
