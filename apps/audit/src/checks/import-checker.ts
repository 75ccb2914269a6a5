import { createHash, hash } from 'node:crypto';
import {
  LEGACY_ROWS_BYTES_MAX,
  LegacyStatement,
  shownRow,
  type AccountOpened,
  type ImportEvent,
  type LegacyRow,
  type LegacyRowsImported,
  type ShownLegacyRow,
} from '#ledger';
import type { SettingsInForce } from '#settings';
import { canonicalJson } from './canonical-json.js';
import type { KnownTakeOvers } from './known-take-overs.js';
import type { CommandEvents } from './reconstruct-command.js';
import type { NamedFault } from './settings-fault.js';

/** The events of a take-over of one account, as the auditor sees them. */
export class ImportChecker {
  readonly #statement = new LegacyStatement();

  constructor(private readonly takeOvers: KnownTakeOvers) {}

  /**
   * What is wrong with an event besides what the account says against it. It is not decided again: what the
   * old tables said, nobody here knows.
   */
  check(group: CommandEvents, event: ImportEvent, settings: SettingsInForce): NamedFault | null {
    return (
      originFault(group, event) ??
      digestFault(event) ??
      mappingFault(event, this.takeOvers) ??
      this.#contentFault(event, settings)
    );
  }

  #contentFault(event: ImportEvent, settings: SettingsInForce): NamedFault | null {
    switch (event.type) {
      case 'LegacyRowsImported':
        return this.#apply(event);
      case 'AccountOpened':
        return openingFault(event, this.#statement, settings);
      case 'AccountImported':
      case 'AccountHandedBack':
        return null;
    }
  }

  #apply(event: LegacyRowsImported): NamedFault | null {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    this.#statement.apply(event);
    if (bytes > LEGACY_ROWS_BYTES_MAX) return broken(`${bytes} bytes of legacy rows`);
    try {
      for (const [id] of event.rows) this.#shown(id);
    } catch (error) {
      return broken(error instanceof Error ? error.message : String(error));
    }
    return null;
  }

  #shown(id: string): ShownLegacyRow | null {
    const standing = this.#statement.get(id);
    return standing === undefined ? null : shownRow(standing.row, standing.altered);
  }
}

const IDS = { AccountImported: 'begin', AccountOpened: 'open', AccountHandedBack: 'back' } as const;

/** An importer names its commands by what they do. Their data are those of the event. */
function originFault(
  { first, events, provenance }: CommandEvents,
  event: ImportEvent,
): NamedFault | null {
  const { source, id, type } = provenance.command;
  const expected = event.type === 'LegacyRowsImported' ? `rows:${first}` : IDS[event.type];
  if (source !== `import:${event.importId}` || id !== expected || type !== event.type) {
    return broken(`${type} ${source} ${id} is not what import ${event.importId} would name it`);
  }
  if (events.length > 1) return broken('another event says that it is of the same command');
  return provenance.data === undefined ? null : broken('it says data beside those of the event');
}

function digestFault(event: ImportEvent): NamedFault | null {
  const { at, receivedAt, commandId, digest, balanceAfter, owedAfter, type, ...fields } = event;
  void [at, receivedAt, commandId, balanceAfter, owedAfter];
  const computed = hash('sha256', `{"data":${canonicalJson(fields)},"type":"${type}"}`, 'hex');
  if (computed === digest) return null;
  const detail = `that of its fields is ${computed}, it says ${digest}`;
  return { kind: 'digest-not-derived', detail };
}

function mappingFault(event: ImportEvent, takeOvers: KnownTakeOvers): NamedFault | null {
  if (!('mapDigest' in event)) return null;
  const { importId, mapDigest, at } = event;
  if (takeOvers.hasMapping(importId, mapDigest, at)) return null;
  return broken(`import ${importId} had not said that it reads by mapping ${mapDigest}`);
}

/** The opening against the rows that it is made of. */
function openingFault(
  opening: AccountOpened,
  statement: LegacyStatement,
  { terms }: SettingsInForce,
): NamedFault | null {
  const standing = statement.standing();
  if (opening.rows !== standing.length) {
    return broken(`it says ${opening.rows} legacy rows, ${standing.length} stand`);
  }
  const digest = rowsDigest(standing);
  if (opening.rowsDigest !== digest) {
    return broken(
      `it says the digest of the legacy rows is ${opening.rowsDigest}, it is ${digest}`,
    );
  }
  const shown = statement.shown();
  const last = shown.at(-1)?.balanceAfter ?? 0;
  const before = opening.adjusted?.row?.before ?? opening.balance;
  if (before !== last) {
    return broken(`the last legacy row leaves ${last} points, the opening goes on from ${before}`);
  }
  for (const { sourceType, consumptionId } of [...opening.closed, ...opening.open]) {
    if (terms.businesses.has(sourceType)) continue;
    return broken(`consumption ${consumptionId} is for ${sourceType}, which is no business`);
  }
  return consumptionsFault(opening, statement, new Map(shown.map((row) => [row.legacyId, row])));
}

/** No consumption drew more than its rows say, of no batch more than its rows name of it. */
function consumptionsFault(
  { batches, closed, open }: AccountOpened,
  statement: LegacyStatement,
  rows: ReadonlyMap<string, ShownLegacyRow>,
): NamedFault | null {
  const taken = new Set<string>();
  const batchNo = new Map(batches.map((batch) => [batch.legacyBatchId ?? '', batch.batchId]));
  for (const { consumptionId, draws, rows: ids } of [...closed, ...open]) {
    const left = new Map<number | undefined, number>();
    for (const id of ids) {
      const row = rows.get(id);
      if (row?.type !== 'consume') return broken(`legacy row ${id} is no consumption`);
      if (taken.has(id)) return broken(`legacy row ${id} is of two consumptions`);
      taken.add(id);
      // What the read table shows may be another batch than the one that the row names.
      const batch = batchNo.get(statement.get(id)?.row[7] ?? '');
      left.set(batch, (left.get(batch) ?? 0) + row.amount);
    }
    for (const { batchId, points } of draws) {
      const after = (left.get(batchId) ?? 0) - points;
      if (after < 0) {
        return broken(
          `consumption ${consumptionId} drew more of batch ${batchId} than its rows say`,
        );
      }
      left.set(batchId, after);
    }
  }
  return null;
}

function rowsDigest(rows: readonly LegacyRow[]): string {
  const all = createHash('sha256');
  for (const row of rows) all.update(hash('sha256', canonicalJson(row), 'buffer'));
  return all.digest('hex');
}

const broken = (detail: string): NamedFault => ({ kind: 'rule-broken', detail });
