import { TOPICS, parseCommandMessage, type CommandOutcome } from '#contracts';
import { connectKafka, readTopic, type IncomingMessage } from '#kafka';

export interface MessageOutcomes {
  readonly messages: number;
  readonly deadLettered: number;
  readonly answered: number;
  /** The first messages with neither a dead letter nor an answer, as partition/offset. */
  readonly lost: readonly string[];
}

const LOST_SHOWN_MAX = 10;
const LIMITS = { headersMax: 10_000, headerBytesMax: 1024 * 1024 };

/** The result of every message in the topic of commands. It stores offsets and ids, but no message. */
export async function messageOutcomes(brokers: readonly string[]): Promise<MessageOutcomes> {
  const connection = connectKafka({ brokers, clientId: 'fates' });
  const read = (topic: string, onMessage: (message: IncomingMessage) => void): Promise<void> =>
    readTopic(connection, {
      topic,
      limits: LIMITS,
      onMessages: (messages) => messages.forEach(onMessage),
    });
  const deadLettered = new Set<string>();
  await read(TOPICS.dead, ({ headers }) => {
    const last = headers['dead-last-offset'] ?? headers['dead-offset'];
    for (let at = Number(headers['dead-offset']); at <= Number(last); at++) {
      deadLettered.add(`${String(headers['dead-partition'])}/${at}`);
    }
  });
  const answers = new Set<string>();
  await read(TOPICS.outcomes, ({ value }) => {
    const { command_id, status } = JSON.parse(String(value)) as CommandOutcome;
    if (status !== 'invalid') answers.add(command_id);
  });
  const lost: string[] = [];
  let messages = 0;
  let answered = 0;
  await read(TOPICS.commands, (message) => {
    messages++;
    const { partition, offset } = message;
    const position = `${partition}/${offset}`;
    if (deadLettered.has(position)) return;
    if (answers.has(idOf(message))) answered++;
    else if (lost.length < LOST_SHOWN_MAX) lost.push(position);
  });
  return { messages, deadLettered: deadLettered.size, answered, lost };
}

/** The newest form, in which every command of older rules can be read too. */
const RULES = 2;

/** The id as the ledger reads it: in structured mode from the value, whatever the headers contain. */
function idOf({ key, value, headers }: IncomingMessage): string {
  const parsed = parseCommandMessage({ key, value, headers }, RULES);
  return parsed.ok ? parsed.value.id : '';
}
