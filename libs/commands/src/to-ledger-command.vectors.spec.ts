import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_CE_TYPES, parseCommandMessage, type CommandType } from '#contracts';
import { outcomeIdOf } from '#identity';
import { toLedgerCommand } from './to-ledger-command.js';

// An independent model of the documented rules computed these ids and digests.
const vectors = join(import.meta.dirname, '../../../test/vectors');
const files = readdirSync(vectors).filter((name) => name.endsWith('.json'));

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
    readonly position: number | null;
    readonly code: string | null;
    readonly consumption_id: string | null;
    readonly command_uuid: string;
    readonly digest: string;
    readonly ce_id: string;
  };
}

const stepsOf = (file: string): readonly Step[] =>
  (JSON.parse(readFileSync(join(vectors, file), 'utf8')) as { steps: readonly Step[] }).steps;

function idsOf({ command, outcome }: Step) {
  const parsed = parseCommandMessage({
    key: Buffer.from(command.user_id),
    value: Buffer.from(JSON.stringify(command.data)),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: Buffer.from(command.id),
      ce_source: Buffer.from(command.source),
      ce_type: Buffer.from(COMMAND_CE_TYPES[command.type]),
    },
  });
  if (!parsed.ok) return parsed;
  const { commandId, digest, ...rest } = toLedgerCommand(parsed.value, command.at);
  const { position: revision, code } = outcome;
  return {
    command_uuid: commandId,
    digest,
    ce_id: outcomeIdOf(commandId, { revision, code, digest }),
    consumption_id: 'consumptionId' in rest ? (rest.consumptionId ?? rest.id) : null,
  };
}

describe('The ids and digests of commands and outcomes', () => {
  it('are compared for 1280 commands', () => {
    expect(files).toHaveLength(16);
    expect(files.flatMap(stepsOf)).toHaveLength(1280);
  });

  it.each(files)('are those of the independent model in %s', (file) => {
    const steps = stepsOf(file);
    expect(steps.map(idsOf)).toEqual(
      steps.map(({ outcome: { command_uuid, digest, ce_id, consumption_id } }) => ({
        command_uuid,
        digest,
        ce_id,
        consumption_id,
      })),
    );
  });
});
