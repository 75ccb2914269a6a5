import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_CE_TYPES, parseCommandMessage, type CommandType } from '#contracts';
import { outcomeIdOf } from '#identity';
import type { RulesNumber } from '#ledger';
import { toLedgerCommand } from './to-ledger-command.js';

// An independent model of the documented rules computed these ids and digests.
const VECTORS = join(import.meta.dirname, '../../../test/vectors');

interface Step {
  readonly command: {
    readonly source: string;
    readonly id: string;
    readonly type: CommandType;
    readonly user_id: string;
    readonly data: object;
    readonly at: string;
  };
  readonly outcome: {
    readonly status: string;
    readonly position: number | null;
    readonly code: string | null;
    readonly consumption_id: string | null;
    readonly recharge_id?: string | null;
    readonly command_uuid: string;
    readonly digest: string | null;
    readonly ce_id: string | null;
    readonly details: unknown;
  };
}

interface Vector {
  readonly settings?: readonly { readonly from: string; readonly rules: RulesNumber }[];
  readonly steps: readonly Step[];
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(VECTORS, folder)).filter((name) => name.endsWith('.json'));

const readVector = (folder: string, file: string): Vector =>
  JSON.parse(readFileSync(join(VECTORS, folder, file), 'utf8')) as Vector;

/** The edge knows no account's time: it reads a command in the form in force at the command's own. */
const rulesAt = ({ settings = [] }: Vector, at: string): RulesNumber =>
  settings.findLast(({ from }) => from <= at)?.rules ?? 1;

const parse = ({ command }: Step, rules: RulesNumber) =>
  parseCommandMessage(
    {
      key: Buffer.from(command.user_id.toLowerCase()),
      value: Buffer.from(JSON.stringify(command.data)),
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: Buffer.from(command.id),
        ce_source: Buffer.from(command.source),
        ce_type: Buffer.from(COMMAND_CE_TYPES[command.type]),
      },
    },
    rules,
  );

function idsOf(step: Step, rules: RulesNumber) {
  const parsed = parse(step, rules);
  if (!parsed.ok) return parsed;
  const command = toLedgerCommand(parsed.value, step.command.at);
  const { commandId, digest } = command;
  const { position: revision, code } = step.outcome;
  return {
    command_uuid: commandId,
    digest,
    ce_id: outcomeIdOf(commandId, { revision, code, digest }),
    consumption_id:
      'consumptionId' in command
        ? (command.consumptionId ?? unnamedConsumption(command, step, rules))
        : null,
    ...(step.outcome.recharge_id !== undefined && {
      recharge_id: 'rechargeId' in command ? (command.rechargeId ?? commandId) : null,
    }),
  };
}

/**
 * The id of a consumption that nobody names is that of the account's rules, which may be later ones
 * than those of the command's own time. The conformance of the ledger compares which it is.
 */
function unnamedConsumption(
  { id, commandId }: { readonly id: string; readonly commandId: string },
  { outcome }: Step,
  rules: RulesNumber,
): string {
  return rules === 1 && outcome.consumption_id !== commandId ? id : commandId;
}

const idsIn = ({
  outcome: { command_uuid, digest, ce_id, consumption_id, recharge_id },
}: Step): object => ({
  command_uuid,
  digest,
  ce_id,
  consumption_id,
  ...(recharge_id !== undefined && { recharge_id }),
});

const isInvalid = ({ outcome }: Step): boolean => outcome.status === 'invalid';

/** Names that a line of text can't show as they are stand in quotes. */
const printed = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name));

const sorted = (names: readonly string[]): readonly string[] => [...names].sort();

describe('The ids and digests of commands and outcomes', () => {
  it('are compared for 1280 commands of rules 1', () => {
    expect(filesIn('.')).toHaveLength(16);
    expect(filesIn('.').flatMap((file) => readVector('.', file).steps)).toHaveLength(1280);
  });

  it.each(filesIn('.'))('are those of the independent model in %s', (file) => {
    const { steps } = readVector('.', file);
    expect(steps.map((step) => idsOf(step, 1))).toEqual(steps.map(idsIn));
  });

  it.each(filesIn('rules-2'))('are those of the independent model in rules-2/%s', (file) => {
    const vector = readVector('rules-2', file);
    for (const step of vector.steps.filter((one) => !isInvalid(one))) {
      const rules = rulesAt(vector, step.command.at);
      expect([step.command, idsOf(step, rules)]).toEqual([step.command, idsIn(step)]);
    }
  });
});

describe('The invalid commands of the independent model', () => {
  const folder = 'rules-2';

  it('are 106', () => {
    const steps = filesIn(folder).flatMap((file) => readVector(folder, file).steps);
    expect(steps.filter(isInvalid)).toHaveLength(106);
  });

  it.each(filesIn(folder))('have the same invalid fields in %s', (file) => {
    const vector = readVector(folder, file);
    for (const step of vector.steps.filter(isInvalid)) {
      const parsed = parse(step, rulesAt(vector, step.command.at));
      const fields = parsed.ok ? [] : parsed.errors.map(({ field }) => field);
      expect([step.command, sorted(fields)]).toEqual([
        step.command,
        sorted((step.outcome.details as readonly string[]).map(printed)),
      ]);
    }
  });
});
