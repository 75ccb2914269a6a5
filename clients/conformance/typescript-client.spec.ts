import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { conformanceTable } from './conformance-table.js';
import type { DecisionVector } from './decision-vectors.js';
import {
  apiSource,
  checkKafkaSource,
  prepareCommand,
  type Command,
} from '../typescript/src/protocol/command.js';
import type { CommandDataOf } from '../typescript/src/protocol/command-data.js';
import { decideAnswer, decideOutcome, type Decision } from '../typescript/src/protocol/decision.js';
import { InvalidCommandError } from '../typescript/src/protocol/errors.js';
import { headerBytes, httpRequest, kafkaMessage } from '../typescript/src/protocol/messages.js';
import {
  COMMANDS_TOPIC,
  COMMAND_CE_TYPES,
  COMMAND_FIELDS,
  DERIVED_ID_NAMESPACE,
  MESSAGE_BYTES_MAX,
  OUTCOMES_TOPIC,
  SIGNATURE_HEADER,
  STEP_FIELDS,
  TASK_FIELDS,
  type CommandType,
} from '../typescript/src/protocol/names.js';
import { REFUSAL_CODES, parseJson } from '../typescript/src/protocol/outcome.js';
import { derivedId } from '../typescript/src/protocol/uuid.js';

// The client for TypeScript against the table that every client is held to.

const table = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8'),
) as ReturnType<typeof conformanceTable>;
const { constants, messages, signing_key: signingKey } = table;
const decisions: readonly DecisionVector[] = table.decisions;
const nowMs = Date.parse(table.now);

const named = <T extends { readonly name: string }>(all: readonly T[]) =>
  all.map((each) => [each.name, each] as const);

interface Given {
  readonly type: CommandType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly traceparent?: string | null;
}

/** The table has data of every command, whose types only the table knows. */
function prepare({ type, data, id, traceparent = null }: Given, source: string): Command {
  const told = data as unknown as CommandDataOf[CommandType];
  return prepareCommand(type, told, source, { ...(id !== undefined && { id }), traceparent });
}

/** As the table writes it. */
function tableDecision(decision: Decision) {
  switch (decision.kind) {
    case 'refused':
    case 'invalid':
      return { kind: decision.kind, code: decision.code };
    case 'retry':
      return { kind: decision.kind, retry_after_ms: decision.retryAfterMs };
    case 'accepted':
    case 'unknown':
    case 'forbidden':
    case 'unauthorized':
      return { kind: decision.kind };
  }
}

describe('the client for TypeScript, by the conformance vectors,', () => {
  it('repeats the constants of the ledger', () => {
    expect({
      topics: { commands: COMMANDS_TOPIC, outcomes: OUTCOMES_TOPIC },
      command_types: COMMAND_CE_TYPES,
      fields: COMMAND_FIELDS,
      refusal_codes: [...REFUSAL_CODES, 'Invalid'],
      signature_header: SIGNATURE_HEADER,
      message_bytes_max: MESSAGE_BYTES_MAX,
      derived_id_namespace: DERIVED_ID_NAMESPACE,
      task_fields: TASK_FIELDS,
      step_fields: STEP_FIELDS,
    }).toEqual(constants);
  });

  it.each(named(messages))('makes the message of Kafka: %s', (_, { given, kafka }) => {
    const command = prepare(given, kafka.source);
    const message = kafkaMessage(command, { signingKey: kafka.signed ? signingKey : null });
    expect(message).toEqual({
      topic: kafka.topic,
      key: kafka.key,
      value: kafka.value,
      headers: Object.fromEntries(kafka.headers),
    });
  });

  it.each(named(messages))('makes the request of HTTP: %s', (_, { given, http }) => {
    const request = httpRequest(prepare(given, apiSource(http.subject)));
    expect(request).toEqual({
      method: http.method,
      path: http.path,
      headers: Object.fromEntries(http.headers),
      body: http.body,
    });
    const header = request.headers['idempotency-key'] ?? '';
    const sent = new Headers({ 'idempotency-key': headerBytes(header) }).get('idempotency-key');
    expect(Buffer.from(sent ?? '', 'latin1').toString('utf8')).toBe(header);
  });

  it.each(named(table.refused_messages))('refuses to send %s', (_, { given, source, field }) => {
    const send = (): void => {
      checkKafkaSource(source);
      prepare(given as Given, source);
    };
    expect(send).toThrow(InvalidCommandError);
    expect(send).toThrow(expect.objectContaining({ field }) as Error);
  });

  it.each(table.derived_ids)('derives the id of $type of $task', ({ id, ...derivation }) => {
    expect(derivedId(derivation)).toBe(id);
  });

  it.each(table.unnamed_commands)('names a command by its task: $id', ({ given, source, id }) => {
    const { type, data, task, step } = given;
    const whole = {
      user_id: 'd4930aff-f7b8-541b-ad96-1cb0b5223736',
      ...(type === 'RechargePoints' && { expires_at: null }),
      ...data,
    } as unknown as CommandDataOf[CommandType];
    const command = prepareCommand(type, whole, source, {
      ...(task !== null && { task }),
      ...(step !== null && { step }),
    });
    expect(command.id).toBe(id);
  });

  it.each(named(decisions))('decides %s', (_, vector) => {
    const decided =
      vector.transport === 'kafka'
        ? decideOutcome(parseJson(vector.value))
        : decideAnswer(
            {
              status: vector.answer.status,
              header: (name) => vector.answer.headers[name] ?? null,
              body: vector.answer.body,
            },
            nowMs,
          );
    expect(tableDecision(decided)).toEqual(vector.decision);
  });
});
