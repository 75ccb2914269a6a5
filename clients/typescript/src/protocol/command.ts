import { randomUUID } from 'node:crypto';
import type { CommandDataOf } from './command-data.js';
import { InvalidCommandError } from './errors.js';
import {
  API_SOURCE_PREFIX,
  COMMAND_FIELDS,
  FIELD_THAT_MAY_BE_NULL,
  ID_CHARS_MAX,
  MESSAGE_BYTES_MAX,
  RESERVED_SOURCE_PREFIXES,
  STEP_FIELDS,
  TASK_FIELDS,
  type CommandType,
} from './names.js';
import { canonicalTime } from './time.js';
import { derivedId, isUuid } from './uuid.js';

/** How a command is named. Without an id it is derived from the task, and the fields may tell the task. */
export interface CommandName {
  readonly id?: string;
  readonly task?: string;
  readonly step?: string;
}

export interface CommandOptions extends CommandName {
  /** W3C trace context. */
  readonly traceparent?: string | null;
}

/** A command that is ready to be sent. A repeat sends the same id and the same bytes. */
export interface Command {
  readonly type: CommandType;
  readonly id: string;
  readonly source: string;
  readonly userId: string;
  /** JSON. */
  readonly value: string;
  readonly traceparent: string | null;
}

/** Throws InvalidCommandError for what would become a dead letter. */
export function prepareCommand<T extends CommandType>(
  type: T,
  data: CommandDataOf[T],
  source: string,
  options: CommandOptions = {},
): Command {
  checkSource(source);
  const said: Readonly<Record<string, unknown>> = { ...data };
  const id = commandId(type, said, source, options);
  checkId(id);
  const userId = userIdOf(said['user_id']);
  const value = JSON.stringify(wireData(type, { ...said, user_id: userId }));
  const bytes = Buffer.byteLength(value);
  if (bytes > MESSAGE_BYTES_MAX) {
    throw new InvalidCommandError(
      `The message has ${bytes} bytes, and at most ${MESSAGE_BYTES_MAX} are read`,
      'value',
    );
  }
  return { type, id, source, userId, value, traceparent: options.traceparent ?? null };
}

/** The id of a command: as told, derived where anything tells its task, else random. */
function commandId(
  type: CommandType,
  data: Readonly<Record<string, unknown>>,
  source: string,
  { id, task, step }: CommandName,
): string {
  if (id !== undefined) return id;
  const named = task ?? textIn(data, TASK_FIELDS[type]);
  if (named === null) return randomUUID();
  const stepField = STEP_FIELDS[type];
  const ofData = stepField === undefined ? null : textIn(data, [stepField]);
  return derivedId({ source, task: named, type, step: step ?? ofData ?? '' });
}

function textIn(data: Readonly<Record<string, unknown>>, fields: readonly string[]): string | null {
  for (const field of fields) {
    const value = data[field];
    if (typeof value === 'string') return value;
  }
  return null;
}

/** The fields in their order, without those that are not told. */
function wireData(
  type: CommandType,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const fields = COMMAND_FIELDS[type];
  const unknown = Object.keys(data).find((field) => !fields.includes(field));
  if (unknown !== undefined) {
    throw new InvalidCommandError(`${type} has no field ${JSON.stringify(unknown)}`, unknown);
  }
  const written: Record<string, unknown> = {};
  for (const field of fields) {
    const value = data[field] ?? null;
    if (value === null && field !== FIELD_THAT_MAY_BE_NULL) continue;
    if (field === FIELD_THAT_MAY_BE_NULL && data[field] === undefined) {
      throw new InvalidCommandError(
        `${field} must be a time, or null for points that never expire`,
        field,
      );
    }
    written[field] = writtenValue(field, value);
  }
  return written;
}

function writtenValue(field: string, value: unknown): unknown {
  // JSON would write null for these, and null means that nothing is told.
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new InvalidCommandError(`${field} must be a number, and is ${value}`, field);
  }
  if (field !== FIELD_THAT_MAY_BE_NULL || value === null) return value;
  const time = canonicalTime(value);
  if (time === null) {
    throw new InvalidCommandError(
      `${field} must be a Date, or RFC 3339 text with an offset`,
      field,
    );
  }
  return time;
}

function userIdOf(told: unknown): string {
  const userId = typeof told === 'string' ? told.toLowerCase() : '';
  if (isUuid(userId)) return userId;
  throw new InvalidCommandError('user_id must be a UUID', 'user_id');
}

const ID = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${ID_CHARS_MAX}}$`, 'u');

function checkId(id: string): void {
  if (ID.test(id)) return;
  const must = `1 to ${ID_CHARS_MAX} characters, none of them a control character`;
  throw new InvalidCommandError(`The id of a command must be ${must}`, 'id');
}

const SOURCE = new RegExp(`^[A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%]{1,${ID_CHARS_MAX}}$`);

/** Throws for a source that the ledger would not take. The one of the API is given by its token. */
function checkSource(source: string): void {
  if (!SOURCE.test(source)) {
    const must = `1 to ${ID_CHARS_MAX} characters of a URI`;
    throw new InvalidCommandError(`The source must be ${must}`, 'source');
  }
}

/** Of a sender over Kafka: it must not claim a source of the ledger's own. */
export function checkKafkaSource(source: string): void {
  checkSource(source);
  const claimed = RESERVED_SOURCE_PREFIXES.find((prefix) =>
    source.toLowerCase().startsWith(prefix),
  );
  if (claimed === undefined) return;
  throw new InvalidCommandError(`The source must not begin with ${claimed}`, 'source');
}

/** The source of the commands that the subject of a token sends over HTTP. */
export function apiSource(subject: string): string {
  const source = API_SOURCE_PREFIX + subject;
  checkSource(source);
  return source;
}
