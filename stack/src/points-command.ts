import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parseCommandData, type CommandType } from '#contracts';
import { findApi } from './api-client.js';
import { LedgerClient } from './ledger-client.js';
import { localSigningKey } from './local-senders.js';
import { runQuote } from './quote-command.js';
import { pointsSender, readyFile, stackSettings, type PointsSender } from './settings.js';

// `npm run points -- …` publishes one command over Kafka, as a service would, and prints its outcome.
// A quote is no command: it is asked of the API.

const COMMANDS: Readonly<Record<string, CommandType>> = {
  recharge: 'RechargePoints',
  consume: 'ConsumePoints',
  extend: 'ExtendConsumption',
  settle: 'SettleConsumption',
  refund: 'RefundPoints',
  reverse: 'ReverseRecharge',
  reinstate: 'ReinstateRecharge',
  expire: 'ExpirePoints',
};

/** The newest form, in which every command of older rules can be told too. The ledger has the last word. */
const RULES = 2;

const USAGE = `npm run points -- COMMAND --user UUID [options]

  recharge  --points N --expires TIME|never [--priority 0-100] [--order ID] [--recharge ID]
  consume   --source CODE [--points N] [--quantity N | --duration SECONDS] [--task ID]
            [--consumption ID] [--settle-within SECONDS [--overrun refuse|cap|owe]
            [--on-timeout return|charge]]
  extend    --consumption ID [--settle-within SECONDS]
            [--points N] [--quantity N | --duration SECONDS]
  settle    --consumption ID [--points N] [--quantity N | --duration SECONDS]
            [--overrun refuse|cap|owe]
  refund    --consumption ID [--points N] [--reason TEXT]
  reverse   --recharge ID --cause payment_refunded|chargeback|mistake [--points N]
            [--shortfall owe|clamp] [--reason TEXT]
  reinstate --recharge ID [--points N] [--reason TEXT]
  expire
  quote     --source CODE [--quantity N | --duration SECONDS] [--user UUID]
            what it would cost now, and whether the user could pay it

  --source CODE          a business: script, polish, voice_clone, tts, video, or one of the settings
  --metadata NAME=VALUE  kept with the command, up to eight times
  --id ID                the command's id; the same id again is the same command (default: a new one)

While rules 1 is in force, consume and settle need --points, and extend, reverse, reinstate, --recharge,
--quantity, --overrun, --on-timeout and --metadata are not known: the ledger has no answer to a command
that it doesn't know, and answers a field that it doesn't know as invalid.

Publishes to the stack that \`npm start\` runs (or to KAFKA_BROKERS, as POINTS_SOURCE, signed with
POINTS_KEY_ID and POINTS_KEY) and prints the outcome as JSON. A quote is asked of the stack's API, or of
LEDGER_API with LEDGER_TOKEN.
`;

const text = { type: 'string' } as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      user: text,
      points: text,
      expires: text,
      priority: text,
      order: text,
      source: text,
      duration: text,
      task: text,
      consumption: text,
      'settle-within': text,
      reason: text,
      recharge: text,
      quantity: text,
      overrun: text,
      'on-timeout': text,
      cause: text,
      shortfall: text,
      metadata: { type: 'string', multiple: true },
      id: text,
      help: { type: 'boolean' },
    },
  });
  const { metadata, ...options } = values;
  if (positionals[0] === 'quote' && values.help !== true) return quote(values);
  const type = COMMANDS[positionals[0] ?? ''];
  if (type === undefined || values.help) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const parsed = parseCommandData(
    type,
    { ...dataOf(type, options), ...(metadata && { metadata: entriesOf(metadata) }) },
    RULES,
  );
  if (!parsed.ok) {
    const faults = parsed.errors.map(({ field, reason }) => `  ${field} ${reason}`);
    process.stderr.write(`The arguments of ${type} are invalid:\n${faults.join('\n')}\n\n${USAGE}`);
    return 2;
  }
  const { source, key } = pointsSender(process.env) ?? (await localSender());
  const client = await LedgerClient.connect(await brokers(), source, key);
  try {
    const outcome = await client.send(parsed.value, values.id ?? randomUUID());
    process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
    return outcome.status === 'accepted' ? 0 : 1;
  } finally {
    await client.close();
  }
}

const quote = (asked: Parameters<typeof runQuote>[0]): Promise<number> =>
  runQuote(asked, {
    api: findApi,
    out: (line) => void process.stdout.write(line),
    err: (line) => void process.stderr.write(line),
  });

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** The data of the command without absent fields. The parser reports missing, invalid and unknown fields. */
function dataOf(type: CommandType, values: Values): Record<string, unknown> {
  const number = (name: string): unknown =>
    values[name] === undefined ? undefined : Number(values[name]);
  const isRecharge = type === 'RechargePoints';
  const expires = values['expires'] === 'never' ? null : values['expires'];
  const data = {
    user_id: values['user'],
    points: number('points'),
    ...(isRecharge && { expires_at: expires, priority: number('priority') }),
    source_type: values['source'],
    source_id: values['order'] ?? values['task'],
    quantity: number('quantity'),
    duration: number('duration'),
    consumption_id: values['consumption'],
    settle_within: number('settle-within'),
    overrun: values['overrun'],
    on_timeout: values['on-timeout'],
    recharge_id: values['recharge'],
    cause: values['cause'],
    shortfall: values['shortfall'],
    reason: values['reason'],
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

/** Of `name=value`. Without a value the parser reports the entry. */
function entriesOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}

async function localSender(): Promise<PointsSender> {
  return {
    source: '/points-cli',
    key: await localSigningKey(stackSettings(process.env).dataDir),
  };
}

async function brokers(): Promise<string[]> {
  const brokersFromEnvironment = process.env['KAFKA_BROKERS'];
  if (brokersFromEnvironment) return brokersFromEnvironment.split(',');
  const { dataDir } = stackSettings(process.env);
  const ready = await readFile(readyFile(dataDir), 'utf8').catch(() => null);
  const kafka = ready === null ? null : (JSON.parse(ready) as { kafka: string | null }).kafka;
  if (kafka === null) {
    throw new Error(
      'No running stack with Kafka was found: run `npm start` first, or set KAFKA_BROKERS.',
    );
  }
  return kafka.split(',');
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
