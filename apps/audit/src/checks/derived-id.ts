import { hash } from 'node:crypto';

// The auditor derives the ids of events and commands with code of its own, as it does with the hash
// chain. A spec checks that it agrees with `#identity`, by which they are written.

const COMMAND_NAMESPACE = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';

export const deriveEventId = (commandId: string, revision: number): string =>
  nameBasedUuid(commandId, String(revision));

export const deriveCommandId = (userId: string, source: string, sentId: string): string =>
  nameBasedUuid(COMMAND_NAMESPACE, `${userId}\0${source}\0${sentId}`);

const SETTINGS_NAMESPACE = '0c9d6f0e-52c7-5b34-9a86-6f1d1f7a2e05';

export const deriveSettingsId = (revision: number, dataDigest: string): string =>
  nameBasedUuid(SETTINGS_NAMESPACE, `${revision}:${dataDigest}`);

const IMPORT_NAMESPACE = 'f4b5d0c2-6a1e-5f0b-9d55-2c8f1a7e3b90';

export const deriveTakeOverId = (revision: number, dataDigest: string): string =>
  nameBasedUuid(IMPORT_NAMESPACE, `${revision}:${dataDigest}`);

const NAMESPACE_BYTES = 16;
/** The two highest bits of this digit are the variant of the UUID. */
const VARIANT_DIGITS = '89ab89ab89ab89ab';

/**
 * A UUID of version 5, as RFC 9562 describes it in section 5.5. The namespace must be a UUID: it and
 * the name then fill the whole buffer, which is not cleared first, because a cleared one is allocated
 * apart from the pool and costs twice as much as the hash. There are two for each verified event.
 */
function nameBasedUuid(namespace: string, name: string): string {
  const input = Buffer.allocUnsafe(NAMESPACE_BYTES + Buffer.byteLength(name));
  input.write(namespace.replaceAll('-', ''), 'hex');
  input.write(name, NAMESPACE_BYTES);
  const hex = hash('sha1', input, 'hex');
  const variant = VARIANT_DIGITS[Number.parseInt(hex.charAt(16), 16)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
