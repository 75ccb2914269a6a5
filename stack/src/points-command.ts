import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import {
  parseCommandData,
  type CommandBody,
  type CommandOutcome,
  type CommandType,
} from '#contracts';
import type { RulesNumber } from '#ledger';
import type { ApiContext } from './api-client.js';
import { runQuote } from './quote-command.js';
import { rulesInForce } from './rules-in-force.js';

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

/** Every command of older rules can be told in this form too. */
const NEWEST_RULES: RulesNumber = 2;

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
--quantity, --overrun, --on-timeout and --metadata are not known.

Publishes to the stack that \`npm start\` runs (or to KAFKA_BROKERS, as POINTS_SOURCE, signed with
POINTS_KEY_ID and POINTS_KEY) and prints the outcome as JSON. Which rules are in force, and a quote, is asked
of the stack's API, or of LEDGER_API with LEDGER_TOKEN.
`;

const text = { type: 'string' } as const;

interface PointsContext extends ApiContext {
  /** Publishes a command, and resolves with its outcome. */
  readonly send: (body: CommandBody, id: string) => Promise<CommandOutcome>;
}

/** Returns the exit code: 0 accepted, 1 refused, 2 wrong arguments, or the ledger did not answer. */
export async function runPointsCommand(
  args: readonly string[],
  context: PointsContext,
): Promise<number> {
  try {
    return await run(args, context);
  } catch (error) {
    context.err(`${messageOf(error)}\n`);
    return 2;
  }
}

async function run(args: readonly string[], context: PointsContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
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
  if (positionals[0] === 'quote' && values.help !== true) return runQuote(values, context);
  const type = COMMANDS[positionals[0] ?? ''];
  if (type === undefined || values.help) {
    context.out(USAGE);
    return values.help ? 0 : 2;
  }
  const rules = await rulesOrNewest(context);
  const data = { ...dataOf(type, options), ...(metadata && { metadata: entriesOf(metadata) }) };
  const parsed = parseCommandData(type, data, rules);
  if (!parsed.ok) {
    const faults = parsed.errors.map(({ field, reason }) => `  ${field} ${reason}`);
    context.err(
      `The arguments of ${type} are invalid under rules ${rules}:\n${faults.join('\n')}\n\n${USAGE}`,
    );
    return 2;
  }
  const outcome = await context.send(parsed.value, values.id ?? randomUUID());
  context.out(`${JSON.stringify(outcome, null, 2)}\n`);
  return outcome.status === 'accepted' ? 0 : 1;
}

/** Nothing has to be asked of the API to send a command: the ledger has the last word on its form. */
async function rulesOrNewest(context: PointsContext): Promise<RulesNumber> {
  try {
    return await rulesInForce(context);
  } catch (error) {
    context.err(
      `Which rules are in force is not known, so rules ${NEWEST_RULES} are assumed: ${messageOf(error)}\n`,
    );
    return NEWEST_RULES;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

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
