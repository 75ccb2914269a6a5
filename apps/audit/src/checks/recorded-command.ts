import { hash } from 'node:crypto';
import { toLedgerCommand } from '#commands/to-ledger-command';
import { parseCommandData } from '#contracts';
import type { CommandType, LedgerCommand, RulesNumber } from '#ledger';
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
  const text = JSON.stringify(data);
  const computed = digestOf(command.type, text);
  if (computed !== digest) return notDerived(`that of its data is ${computed}, it says ${digest}`);
  const type = command.type as CommandType;
  const parsed = parseCommandData(type, withNulls(type, data), form);
  if (!parsed.ok) {
    const [error] = parsed.errors;
    return ruleBroken(`data of no ${command.type}: ${error?.field} ${error?.reason}`);
  }
  const canonical = canonicalJson(parsed.value.data);
  if (canonical !== text) {
    return notDerived(`its data are not as a digest covers them, but ${canonical} is`);
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
const digestOf = (type: string, data: string): string =>
  hash('sha256', `{"data":${data},"type":"${type}"}`, 'hex');

/**
 * What a digest covers of the data that the edge makes of these: in order of name, without what is null. Any
 * other text has a digest too, with which a repeat of the command would not be known as one.
 */
function canonicalJson(data: object): string {
  const fields = Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]: [string, unknown]) => {
      const text = isObject(value) ? canonicalJson(value) : JSON.stringify(value);
      return `${JSON.stringify(name)}:${text}`;
    });
  return `{${fields.join(',')}}`;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

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
