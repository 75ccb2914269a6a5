import {
  COMMAND_CE_TYPES,
  MESSAGE_BYTES_MAX,
  OUTCOME_CODES,
  TOPICS,
  commandDataSchemas,
} from '#contracts';
import { SIGNATURE_HEADER } from '#identity';
import {
  DERIVED_ID_NAMESPACE,
  STEP_FIELDS,
  TASK_FIELDS,
  derivedIdVectors,
  partitionVectors,
  unnamedCommandVectors,
} from './id-vectors.js';
import { NOW, decisionVectors } from './decision-vectors.js';
import { SIGNING_KEY, messageVectors, refusedVectors } from './message-vectors.js';

/** The order of the fields of a command is that of its form in the ledger. */
const fieldsOfCommands = () =>
  Object.fromEntries(
    Object.entries(commandDataSchemas(2)).map(([type, schema]) => {
      const { shape } = schema as unknown as { readonly shape: object };
      return [type, Object.keys(shape)];
    }),
  );

/**
 * What every client of the ledger does the same, byte for byte, whatever its language: the messages, ids,
 * digests and partitions as the ledger's own code makes them, and the decision for every answer.
 */
export const conformanceTable = () => ({
  version: 1,
  constants: {
    topics: { commands: TOPICS.commands, outcomes: TOPICS.outcomes },
    command_types: COMMAND_CE_TYPES,
    fields: fieldsOfCommands(),
    refusal_codes: OUTCOME_CODES,
    signature_header: SIGNATURE_HEADER,
    message_bytes_max: MESSAGE_BYTES_MAX,
    derived_id_namespace: DERIVED_ID_NAMESPACE,
    task_fields: TASK_FIELDS,
    step_fields: STEP_FIELDS,
  },
  signing_key: SIGNING_KEY,
  messages: messageVectors(),
  refused_messages: refusedVectors(),
  derived_ids: derivedIdVectors(),
  unnamed_commands: unnamedCommandVectors(),
  partitions: partitionVectors(),
  now: NOW,
  decisions: decisionVectors(),
});

/** The table as it stands in `vectors.json`. */
export const conformanceText = (): string => `${JSON.stringify(conformanceTable(), null, 2)}\n`;
