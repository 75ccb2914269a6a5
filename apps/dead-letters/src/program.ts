import { TOPICS } from '#contracts';
import { OutcomeProducer, connectKafka, type KafkaConnection } from '#kafka';
import { ConfigurationError, isServerUnavailable, type Environment } from '#platform/process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isEmptyFilter, type DeadLetterFilter } from './filter.js';
import { HEADER_LINE, formatLine } from './format-line.js';
import { readLetters } from './read-letters.js';
import { replayLetters } from './replay-letters.js';
import { deadLetterSettings, type Settings } from './settings.js';
import { letterToJson, formatLetter } from './format-letter.js';
import { Progress, print, type Terminal } from './terminal.js';

export interface CommandEnvironment {
  readonly env: Environment;
  readonly terminal: Terminal;
}

/** 0 means done, 1 that nothing was found or not all could be replayed, 2 that it could not be done. */
export type Status = 0 | 1 | 2;

const HELP_FOOTER = `
Reads KAFKA_BROKERS and the other KAFKA_ variables, or uses the local stack that \`npm start\` runs.
No letter is removed from ${TOPICS.dead}: each stays as long as the topic retains it.
Exit status: 0 done, 1 nothing was found or not all could be replayed, 2 it could not be done.
`;

interface Options extends Omit<DeadLetterFilter, 'id'> {
  readonly limit?: number;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
}

/** Runs the command line and returns its exit status. */
export async function runDeadLetters(
  args: readonly string[],
  cli: CommandEnvironment,
): Promise<Status> {
  let status: Status = 0;
  const running =
    (run: (open: CommandContext, ids: readonly string[], options: Options) => Promise<Status>) =>
    async (ids: readonly string[], options: Options): Promise<void> => {
      const settings = deadLetterSettings(cli.env);
      const connection = connectKafka({ ...settings.kafka, log: () => undefined });
      status = await run({ connection, settings, terminal: cli.terminal }, ids, options);
    };
  try {
    await programOf(cli, running).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    cli.terminal.err.write(`${describe(error)}\n`);
    return 2;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError) return error.message;
  if (isServerUnavailable(error)) return `Kafka can't be reached: ${error.message}`;
  return error.stack ?? error.message;
}

interface CommandContext {
  readonly connection: KafkaConnection;
  readonly settings: Settings;
  readonly terminal: Terminal;
}

type Running = (
  run: (open: CommandContext, ids: readonly string[], options: Options) => Promise<Status>,
) => (ids: readonly string[], options: Options) => Promise<void>;

function programOf({ terminal }: CommandEnvironment, running: Running): Command {
  const program = new Command('dead-letters')
    .description(`Shows the messages in ${TOPICS.dead}, and publishes them again.`)
    .addHelpText('after', HELP_FOOTER)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    });
  filtered(program.command('list').argument('[letters...]', 'only these, by partition/offset', ids))
    .description('Prints one line for each letter: its position, time, reason and user.')
    .action(running(list));
  program
    .command('show')
    .argument('<letters...>', 'positions in the topic as printed by `list`: partition/offset', ids)
    .description('Prints whole letters: key, headers and value.')
    .option('--json', 'print JSON: one object per line, bytes in base64')
    .action(running(show));
  filtered(
    program.command('replay').argument('[letters...]', 'only these, by partition/offset', ids),
  )
    .description(
      `Publishes messages to ${TOPICS.commands} again, in order, with their key, value and headers.\n` +
        'A command that was executed before is answered again and not executed twice. Message batches that\n' +
        'could not be decoded are decoded again, within KAFKA_BATCH_BYTES_MAX.',
    )
    .option('--all', 'all letters; required without a filter')
    .option('--dry-run', 'only print what would be published')
    .action(running(replay));
  for (const command of program.commands)
    command.copyInheritedSettings(program).addHelpText('after', HELP_FOOTER);
  return program;
}

const filtered = (command: Command): Command =>
  command
    .option('--reason <reasons>', 'reasons, separated by commas', commaSeparated)
    .option('--user <uuid>', 'commands of this user', user)
    .option('--since <time>', 'written at this time or later', time)
    .option('--until <time>', 'written before this time', time)
    .option('--limit <n>', 'at most this many', count)
    .option('--json', 'print JSON');

async function list(
  { connection, terminal }: CommandContext,
  letters: readonly string[],
  options: Options,
) {
  let found = 0;
  if (options.json !== true) await print(terminal, HEADER_LINE);
  await readLetters(connection, {
    ...readOptionsOf(letters, options),
    onLetters: async (some) => {
      found += some.length;
      const lines = some.map((one) =>
        options.json === true ? `${JSON.stringify(one.letter)}\n` : formatLine(one),
      );
      await print(terminal, lines.join(''));
    },
  });
  if (found === 0) terminal.err.write('No dead letter was found.\n');
  return found > 0 ? 0 : 1;
}

async function show(
  { connection, terminal }: CommandContext,
  letters: readonly string[],
  { json }: Options,
) {
  let found = 0;
  await readLetters(connection, {
    filter: { id: letters },
    limit: letters.length,
    onLetters: async (some) => {
      found += some.length;
      for (const one of some) {
        await print(
          terminal,
          json === true ? `${JSON.stringify(letterToJson(one))}\n` : `${formatLetter(one)}\n`,
        );
      }
    },
  });
  const missing = letters.length - found;
  if (missing > 0) terminal.err.write(`Not found: ${missing} of ${letters.length}.\n`);
  return missing === 0 ? 0 : 1;
}

async function replay(
  open: CommandContext,
  letters: readonly string[],
  options: Options,
): Promise<Status> {
  const { connection, settings, terminal } = open;
  const reading = readOptionsOf(letters, options);
  if (isEmptyFilter(reading.filter) && options.all !== true) {
    terminal.err.write('Select letters by a filter, by their positions, or with --all.\n');
    return 2;
  }
  const producer = options.dryRun === true ? null : new OutcomeProducer(connection);
  const tally = { read: 0, letters: 0, messages: 0, refused: 0 };
  const progress = new Progress(
    terminal,
    () => `${tally.read} letters read, ${tally.messages} messages published`,
  );
  try {
    const { batchBytesMax } = settings;
    await replayLetters({
      connection,
      producer,
      reading,
      batchBytesMax,
      counts: tally,
      report: tell,
    });
  } finally {
    progress.end();
    await producer?.close();
  }
  await print(terminal, options.json === true ? `${JSON.stringify(tally)}\n` : summary(tally));
  if (tally.letters + tally.refused === 0) return 1;
  return tally.refused === 0 ? 0 : 1;

  async function tell(letter: string, why: string | null, messages: number): Promise<void> {
    if (options.json === true)
      return print(terminal, `${JSON.stringify({ letter, messages, why })}\n`);
    const verb = producer === null ? 'would be published' : 'published';
    const result = why === null ? `${messages} ${verb}` : `not published: ${why}`;
    return print(terminal, `${letter}  ${result}\n`);
  }

  function summary({ letters: replayed, messages, refused }: typeof tally): string {
    const verb = producer === null ? 'would be published' : 'were published';
    return (
      `${messages} messages of ${replayed} letters ${verb} to ${TOPICS.commands}; ${refused} letters were not.\n` +
      `All letters stay in ${TOPICS.dead}. Answers are published to ${TOPICS.outcomes}; a message that fails again becomes another dead letter.\n`
    );
  }
}

function readOptionsOf(letters: readonly string[], { reason, user, since, until, limit }: Options) {
  const filter: DeadLetterFilter = {
    ...(reason !== undefined && { reason }),
    ...(user !== undefined && { user }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(letters.length > 0 && { id: letters }),
  };
  return { filter, ...(limit !== undefined && { limit }) };
}

function ids(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^\d+\/\d+$/.test(text)) {
    throw new InvalidArgumentError(
      'A letter is identified by its partition and offset, such as 3/17.',
    );
  }
  return [...before, text];
}

const commaSeparated = (text: string): readonly string[] =>
  text.split(',').map((one) => one.trim());

function user(text: string): string {
  const id = text.toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new InvalidArgumentError('A user is identified by a UUID.');
  }
  return id;
}

function time(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('A time looks like 2030-01-31T12:00:00Z or 2030-01-31.');
  }
  return new Date(ms).toISOString();
}

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}
