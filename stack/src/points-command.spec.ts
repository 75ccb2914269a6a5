import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import {
  commandMessage,
  parseCommandMessage,
  toInvalidOutcome,
  toOutcome,
  type CommandOutcome,
} from '#contracts';
import { MemoryEventStore } from '#event-store/testing';
import type { RulesNumber } from '#ledger';
import { fixedSettings } from '#settings/testing';
import { runPointsCommand } from './points-command.js';

const AT = '2030-01-01T00:00:00.000Z';
const API = 'http://ledger.example';

/** A ledger of those rules, and an API that tells them unless it is away. */
function ledgerOf(rules: RulesNumber, isApiAway = false) {
  const processor = new AccountCommandProcessor({
    store: new MemoryEventStore(),
    settings: fixedSettings({ rules }),
  });
  const answers: Readonly<Record<string, object>> = {
    [`${API}/v1/settings?limit=1`]: { in_force: 4, newest: 5 },
    [`${API}/v1/settings/4`]: { version: 4, rules },
  };
  return async (...args: string[]) => {
    const [out, err, sent]: [string[], string[], string[]] = [[], [], []];
    const code = await runPointsCommand([...args, '--user', USER], {
      api: async () => ({ url: API, token: 'secret' }),
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      fetch: async (input) => {
        const answer = isApiAway ? undefined : answers[input as string];
        if (answer === undefined) throw new TypeError('fetch failed');
        return new Response(JSON.stringify(answer));
      },
      send: async (body, id): Promise<CommandOutcome> => {
        sent.push(body.type);
        const message = commandMessage(body, { id, source: '/points-cli' });
        const value = Buffer.from(message.value);
        const parsed = parseCommandMessage({ ...message, value }, rules);
        if (!parsed.ok) {
          if (parsed.sender === null) throw new Error(`no outcome of ${id}`);
          return toInvalidOutcome(parsed.sender, parsed.errors);
        }
        const command = toLedgerCommand(parsed.value, AT);
        const { answer, position } = await processor.run(command, { correlation: id });
        return toOutcome(command, answer, position);
      },
    });
    return { code, sent, out: out.join(''), err: err.join('') };
  };
}

const USER = '11111111-1111-4111-8111-111111111111';

const OF_BOTH_RULES = [
  'recharge --points 100 --expires never --order o1',
  'consume --source tts --points 20 --duration 3 --consumption c1 --settle-within 60',
  'settle --consumption c1 --points 15 --duration 2',
  'refund --consumption c1 --points 5',
  'expire',
];

const OF_RULES_2 = [
  'recharge --points 100 --expires never --recharge r1 --metadata trace=t1',
  'consume --source script --points 20 --quantity 2 --consumption c2 --settle-within 60 --overrun cap',
  'extend --consumption c2 --points 5',
  'settle --consumption c2 --points 15 --overrun owe',
  'reverse --recharge r1 --cause mistake --points 30',
  'reinstate --recharge r1',
];

describe('npm run points', () => {
  it.each<[RulesNumber, readonly string[]]>([
    [1, OF_BOTH_RULES],
    [2, [...OF_BOTH_RULES, ...OF_RULES_2]],
  ])('sends the commands of rules %d, and prints their outcomes', async (rules, commands) => {
    const run = ledgerOf(rules);
    for (const command of commands) {
      const { code, out, err } = await run(...command.split(' '));
      expect([command, code, err]).toEqual([command, 0, '']);
      expect(JSON.parse(out)).toMatchObject({ status: 'accepted', user_id: USER });
    }
  });

  it.each([
    [
      'extend --consumption c1 --settle-within 60',
      'type must be one of RechargePoints, ConsumePoints, SettleConsumption, RefundPoints, ExpirePoints',
    ],
    ['recharge --points 5 --expires never --recharge r1', 'recharge_id is unknown'],
    ['consume --source tts --duration 9', 'points is missing'],
    ['settle --consumption c1 --points 5 --metadata a=b', 'metadata is unknown'],
  ])('sends nothing that rules 1 does not know: %s', async (command, fault) => {
    const { code, sent, out, err } = await ledgerOf(1)(...command.split(' '));
    expect([code, sent, out]).toEqual([2, [], '']);
    expect(err).toMatch(/^The arguments of \w+ are invalid under rules 1:\n {2}/);
    expect(err).toContain(`\n  ${fault}`);
  });

  it('leaves the form to the ledger where the API does not answer, and says so', async () => {
    const run = ledgerOf(1, true);
    const note = `Which rules are in force is not known, so rules 2 are assumed: The API at ${API} does not answer.\n`;
    expect(await run('recharge', '--points', '5', '--expires', 'never')).toMatchObject({
      code: 0,
      err: note,
    });
    const refused = await run('consume', '--source', 'tts', '--duration', '9');
    expect([refused.code, refused.err]).toEqual([1, note]);
    expect(JSON.parse(refused.out)).toMatchObject({
      status: 'invalid',
      detail: expect.stringContaining('points is missing') as string,
    });
  });

  it('exits with 2 where the ledger has no answer', async () => {
    const { code, err } = await ledgerOf(1, true)('expire', '--id', 'c9', '--source', 'tts');
    expect([code, err]).toMatchObject([2, expect.stringContaining('source_type is unknown')]);
    const dead = await ledgerOf(1, true)(
      'extend',
      '--id',
      'c9',
      '--consumption',
      'c1',
      '--points',
      '5',
    );
    expect([dead.code, dead.err]).toMatchObject([2, expect.stringContaining('no outcome of c9\n')]);
  });
});
