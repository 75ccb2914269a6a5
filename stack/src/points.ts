import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parseCommandData, type CommandType } from '#contracts';
import { LedgerClient } from './ledger-client.js';
import { localSigningKey } from './local-senders.js';
import { pointsSender, readyFile, stackSettings, type PointsSender } from './settings.js';

// `npm run points -- …` publishes one command over Kafka, as a service would, and prints its outcome.

const COMMANDS: Readonly<Record<string, CommandType>> = {
  recharge: 'RechargePoints',
  consume: 'ConsumePoints',
  settle: 'SettleConsumption',
  refund: 'RefundPoints',
  expire: 'ExpirePoints',
};

const USAGE = `npm run points -- COMMAND --user UUID [options]

  recharge --points N --expires TIME|never [--priority 0-100] [--order ID]
  consume  --points N --source script|polish|voice_clone|tts|video
           [--duration SECONDS] [--task ID] [--consumption ID] [--settle-within SECONDS]
  settle   --consumption ID --points N [--duration SECONDS]
  refund   --consumption ID [--points N] [--reason TEXT]
  expire

  --id ID    the command's id; the same id again is the same command (default: a new one)

Publishes to the stack that \`npm start\` runs (or to KAFKA_BROKERS, as POINTS_SOURCE, signed with
POINTS_KEY_ID and POINTS_KEY) and prints the outcome as JSON.
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
      id: text,
      help: { type: 'boolean' },
    },
  });
  const type = COMMANDS[positionals[0] ?? ''];
  if (type === undefined || values.help) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const parsed = parseCommandData(type, dataOf(type, values));
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
    duration: number('duration'),
    consumption_id: values['consumption'],
    settle_within: number('settle-within'),
    reason: values['reason'],
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
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
