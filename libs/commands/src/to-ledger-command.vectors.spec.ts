import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_CE_TYPES, parseCommandMessage, type CommandType } from '#contracts';
import { outcomeIdOf } from '#identity';
import { toLedgerCommand } from './to-ledger-command.js';

// Ids and digests as an independent model of the same pages computes them.
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

function namesOf({ command, outcome }: Step) {
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
  const asked = toLedgerCommand(parsed.value, command.at);
  const { position: revision, code } = outcome;
  return {
    command_uuid: asked.commandId,
    digest: asked.digest,
    ce_id: outcomeIdOf(asked.commandId, { revision, code, digest: asked.digest }),
    consumption_id: 'consumptionId' in asked ? asked.consumptionId : null,
  };
}

describe('names of commands and outcomes', () => {
  it('can be compared', () => {
    expect(files).toHaveLength(16);
    expect(files.flatMap(stepsOf)).toHaveLength(1280);
  });

  it.each(files)('are those of the independent model in %s', (file) => {
    const steps = stepsOf(file);
    expect(steps.map(namesOf)).toEqual(
      steps.map(({ outcome: { command_uuid, digest, ce_id, consumption_id } }) => ({
        command_uuid,
        digest,
        ce_id,
        consumption_id,
      })),
    );
  });
});
