import { hash } from 'node:crypto';
import { toLedgerCommand } from '#commands/to-ledger-command';
import { parseCommandData } from '#contracts';
import type { LedgerCommand, RulesNumber } from '#ledger';
import type { CommandEvents } from './reconstruct-command.js';
import type { NamedFault } from './settings-fault.js';

/** A command as its data say it, or why they can't be those of the command. */
export type RecordedCommand =
  | { readonly kind: 'command'; readonly command: LedgerCommand }
  | { readonly kind: 'fault'; readonly fault: NamedFault };

/**
 * Reads a command back from the data that stand with the first of its events. `form`: the rules in
 * force at the command's own time, in whose form the edge read it.
 */
export function recordedCommand(
  userId: string,
  { events: [firstEvent], provenance }: CommandEvents,
  form: RulesNumber,
): RecordedCommand {
  const { command, data } = provenance;
  const { commandId, digest, receivedAt } = firstEvent;
  if (data === undefined) return notDerived('the data of its command are missing');
  const computed = digestOf(command.type, data);
  if (computed !== digest) return notDerived(`that of its data is ${computed}, it says ${digest}`);
  const parsed = parseCommandData(command.type, withNulls(command.type, data), form);
  if (!parsed.ok) {
    const [error] = parsed.errors;
    return ruleBroken(`data of no ${command.type}: ${error?.field} ${error?.reason}`);
  }
  if (parsed.value.data.user_id !== userId) {
    return ruleBroken(`its command is for user ${parsed.value.data.user_id}`);
  }
  const { source, id } = command;
  const sent = toLedgerCommand({ ...parsed.value, source, id }, receivedAt);
  // Where its id is another one, that is reported as such.
  return { kind: 'command', command: { ...sent, commandId, digest } };
}

/** The data are stored as canonical JSON, so that parsing and printing gives the same text. */
const digestOf = (type: string, data: object): string =>
  hash('sha256', `{"data":${JSON.stringify(data)},"type":"${type}"}`, 'hex');

/** A digest covers no field that is null, and of a recharge this one must be told. */
const withNulls = (type: string, data: object): object =>
  type === 'RechargePoints' && !('expires_at' in data) ? { ...data, expires_at: null } : data;

const notDerived = (detail: string): RecordedCommand => ({
  kind: 'fault',
  fault: { kind: 'digest-not-derived', detail },
});

const ruleBroken = (detail: string): RecordedCommand => ({
  kind: 'fault',
  fault: { kind: 'rule-broken', detail },
});
