import { TOPICS } from '#contracts';
import { OutcomeProducer, connectKafka, type KafkaConnection } from '#kafka';
import { ConfigurationError, type Environment } from '#platform/process';
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

/** 0: done; 1: nothing was found, or not all could be replayed; 2: it could not be done. */
export type Status = 0 | 1 | 2;

const HELP_FOOTER = `
Reads KAFKA_BROKERS and the other KAFKA_ variables, or asks the local stack that \`npm start\` runs.
Nothing is taken out of ${TOPICS.dead}: its letters stay for as long as the topic keeps them.
Exit status: 0 done, 1 nothing was found or not all could be replayed, 2 it could not be done.
`;

interface Options extends Omit<DeadLetterFilter, 'id'> {
  readonly limit?: number;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
}

/** Runs one command line. */
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
    const isExpected = error instanceof ConfigurationError;
    const told = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
    cli.terminal.err.write(`${told}\n`);
    return 2;
  }
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
    .description(`Looks at the messages in ${TOPICS.dead}, and publishes them again.`)
    .addHelpText('after', HELP_FOOTER)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    });
  filtered(
    program.command('list').argument('[letters...]', 'of these alone: partition/offset', ids),
  )
    .description(
      'One line for each letter: its place, when and why it was buried, and whose it is.',
    )
    .action(running(list));
  program
    .command('show')
    .argument(
      '<letters...>',
      'their places in the topic, as `list` names them: partition/offset',
      ids,
    )
    .description('All of a letter: key, headers and value.')
    .option('--json', 'for machines: one object a line, bytes in base64')
    .action(running(show));
  filtered(
    program.command('replay').argument('[letters...]', 'of these alone: partition/offset', ids),
  )
    .description(
      `Publishes messages again to ${TOPICS.commands}, with their key, value and headers, in their order.\n` +
        'What was carried out before is answered again and not carried out twice. Message batches that could\n' +
        'not be decoded are tried once more, with KAFKA_BATCH_BYTES_MAX.',
    )
    .option('--all', 'all letters: without any filter this has to be said')
    .option('--dry-run', 'only tells what would be published')
    .action(running(replay));
  for (const command of program.commands)
    command.copyInheritedSettings(program).addHelpText('after', HELP_FOOTER);
  return program;
}

const filtered = (command: Command): Command =>
  command
    .option('--reason <reasons>', 'why they were buried, with commas between', commaSeparated)
    .option('--user <uuid>', 'whose commands', user)
    .option('--since <time>', 'buried at that moment or later', time)
    .option('--until <time>', 'buried before that moment', time)
    .option('--limit <n>', 'at most so many', count)
    .option('--json', 'for machines');

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
    terminal.err.write('Say which letters: by a filter, by their places, or by --all.\n');
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
    const said = why === null ? `${messages} ${verb}` : `not published: ${why}`;
    return print(terminal, `${letter}  ${said}\n`);
  }

  function summary({ letters: replayed, messages, refused }: typeof tally): string {
    const verb = producer === null ? 'would be published' : 'were published';
    return (
      `${messages} messages of ${replayed} letters ${verb} to ${TOPICS.commands}; ${refused} letters were not.\n` +
      `All of them stay in ${TOPICS.dead}. The answers come to ${TOPICS.outcomes}; what is refused as before comes here again.\n`
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
    throw new InvalidArgumentError('A letter is named by its partition and offset: 3/17.');
  }
  return [...before, text];
}

const commaSeparated = (text: string): readonly string[] =>
  text.split(',').map((one) => one.trim());

function user(text: string): string {
  const id = text.toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new InvalidArgumentError('A user is named by a UUID.');
  }
  return id;
}

function time(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('A time reads 2030-01-31T12:00:00Z or 2030-01-31.');
  }
  return new Date(ms).toISOString();
}

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return number;
}
