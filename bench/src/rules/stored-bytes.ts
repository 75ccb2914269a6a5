import { digestedData } from '#identity';
import { serializeEvent, type LedgerCommand, type LedgerEvent } from '#ledger';

/** An event, and the command for which it was recorded first. */
export interface DecidedEvent {
  readonly command: LedgerCommand;
  readonly event: LedgerEvent;
  readonly isFirst: boolean;
}

const KAFKA = { topic: 'points.commands', partition: 3, offset: '123456789' };

/** The bytes of the data and of the meta of an event, on average, as they are stored. */
export function bytesPerEvent(decided: readonly DecidedEvent[], rules: 1 | 2): number {
  let bytes = 0;
  for (const { command, event, isFirst } of decided) {
    const { data, meta } = serializeEvent(event, {
      command: { source: command.source, id: command.id, type: command.type },
      correlation: command.commandId,
      kafka: KAFKA,
      ...(rules === 1 && { policy: '0'.repeat(16) }),
      settings: 1,
      rules,
      ...(isFirst && { data: dataOf(command) }),
    });
    bytes += Buffer.byteLength(data) + Buffer.byteLength(meta);
  }
  return bytes / decided.length;
}

/** What the digest covers: the fields that the sender wrote. */
function dataOf({ type, userId, ...fields }: LedgerCommand): ReturnType<typeof digestedData> {
  const { source, id, commandId, digest, at, ...told } = fields;
  void [type, source, id, commandId, digest, at];
  const named = Object.entries(told).map(([name, value]) => [toSnakeCase(name), value]);
  return digestedData({ user_id: userId, ...(Object.fromEntries(named) as object) });
}

const toSnakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
