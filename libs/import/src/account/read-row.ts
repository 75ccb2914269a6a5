import {
  DURATION_SECONDS_MAX,
  SOURCE_ID_MAX,
  epochMs,
  type Alteration,
  type LegacyRow,
} from '#ledger';
import type { Faults, FaultKind } from '../faults.js';
import { TRANSACTION_TYPES } from '../mapping/mapping-schema.js';
import { asRead, batchNumber, wholeNumber } from '../reading/legacy-number.js';
import { parseLegacyTime, type LegacyTime } from '../reading/legacy-time.js';
import type { RawRow } from '../reading/raw-record.js';
import { derivedBatchId } from './batch-numbers.js';
import type { ReadRow, TransactionType } from './legacy-row.js';
import type { TakeOverTerms } from './terms.js';
import {
  DESCRIPTION_CHARS_MAX,
  SOURCE_TYPE_CHARS_MAX,
  cut,
  hasControls,
  joinedId,
} from './texts.js';

/** So far ahead of the moment a time may be: clocks differ. */
const AHEAD_MS_MAX = 300_000;
type LegacyField = Exclude<Alteration['field'], 'row'>;

const NO_ALTERATIONS: readonly Alteration[] = [];

/** Reads one row: as an event keeps it, as the read table shows it, and what is wrong with it. */
export function readRow(
  raw: RawRow,
  userId: string,
  terms: TakeOverTerms,
  faults: Faults,
): ReadRow {
  return new RowReading(raw, userId, terms, faults).read();
}

const OPPOSITES: Readonly<Record<TransactionType, TransactionType>> = {
  recharge: 'expire',
  expire: 'recharge',
  consume: 'refund',
  refund: 'consume',
};
const isIncoming = (type: TransactionType): boolean => type === 'recharge' || type === 'refund';

const isTransactionType = (type: string): type is TransactionType =>
  (TRANSACTION_TYPES as readonly string[]).includes(type);

class RowReading {
  readonly #raw: RawRow;
  readonly #userId: string;
  readonly #terms: TakeOverTerms;
  readonly #faults: Faults;
  readonly #altered: Alteration[] = [];
  /** Why the row is not shown: the first reason that was found. */
  #hiddenBy: FaultKind | null = null;

  constructor(raw: RawRow, userId: string, terms: TakeOverTerms, faults: Faults) {
    this.#raw = raw;
    this.#userId = userId;
    this.#terms = terms;
    this.#faults = faults;
  }

  read(): ReadRow {
    const raw = this.#raw;
    const { zone } = this.#terms.mapping;
    const created = parseLegacyTime(raw.createdAt, zone);
    const isSame = raw.updatedAt === null || raw.updatedAt === raw.createdAt;
    const updated = isSame ? created : parseLegacyTime(raw.updatedAt, zone);
    const row = this.#rowAsRead(created, updated);
    const before = this.#balance('balance_before', raw.balanceBefore);
    const after = this.#balance('balance_after', raw.balanceAfter);
    const moved = this.#movement(before, after);
    const createdMs = this.#time('created_at', created, raw.createdAt);
    this.#time('updated_at', updated, raw.updatedAt ?? raw.createdAt);
    const sourceType = this.#business(moved?.type ?? null);
    const batchId = this.#batch();
    this.#texts();
    this.#duration();
    if (this.#hiddenBy !== null || moved === null || created.kind !== 'time') {
      const why = this.#hiddenBy ?? 'Number';
      return { row, shown: null, altered: [{ legacyId: raw.id, field: 'row', now: null, why }] };
    }
    return {
      row,
      altered: this.#altered.length === 0 ? NO_ALTERATIONS : this.#altered,
      shown: {
        id: raw.id,
        ...moved,
        before: before ?? 0,
        after: after ?? 0,
        sourceType,
        business: this.#knownBusiness(moved.type, sourceType),
        sourceId: raw.sourceId,
        batchId,
        legacyBatchId: raw.batchId,
        createdAt: created.utc,
        createdMs: createdMs ?? created.ms,
        consumptionId: this.#consumptionId(moved.type),
      },
    };
  }

  #rowAsRead(created: LegacyTime, updated: LegacyTime): LegacyRow {
    const raw = this.#raw;
    const isLabelled = this.#terms.mapping.texts === 'label';
    const { description } = raw;
    return [
      raw.id,
      raw.type,
      asRead(raw.amount),
      asRead(raw.balanceBefore),
      asRead(raw.balanceAfter),
      raw.sourceType,
      raw.sourceId,
      raw.batchId,
      asRead(raw.duration),
      description === null || isLabelled ? null : cut(description, DESCRIPTION_CHARS_MAX),
      created.kind === 'time' ? created.utc : raw.createdAt,
      updated.kind === 'time' ? updated.utc : (raw.updatedAt ?? raw.createdAt),
    ];
  }

  #hide(kind: FaultKind): void {
    this.#hiddenBy ??= kind;
  }

  #alter(field: LegacyField, now: string | number | null, why: FaultKind): void {
    this.#altered.push({ legacyId: this.#raw.id, field, now, why });
  }

  /** For faults that no mapping can decide. */
  #cannotRead(kind: FaultKind, detail: string): void {
    this.#faults.undecided(kind, this.#raw.id, detail);
    this.#hide(kind);
  }

  #balance(field: 'balance_before' | 'balance_after', text: string | null): number | null {
    const balance = this.#whole(field, text);
    if (balance === null || balance >= 0) return balance;
    const isZero = this.#terms.mapping.negative === 'zero';
    const isDecided = this.#faults.decide(
      'Negative',
      isZero,
      this.#raw.id,
      `${field} is ${balance}`,
    );
    if (!isDecided) this.#hide('Negative');
    else this.#alter(field, 0, 'Negative');
    return 0;
  }

  #whole(field: string, text: string | null): number | null {
    const number = wholeNumber(text);
    if (number === null) {
      this.#cannotRead(
        'Number',
        `${field} is ${text ?? 'missing'}, and no whole number of 32 bits`,
      );
    }
    return number;
  }

  /** The type and the amount, which is above 0. */
  #movement(
    before: number | null,
    after: number | null,
  ): { readonly type: TransactionType; readonly amount: number } | null {
    const type = this.#type();
    const amount = this.#whole('amount', this.#raw.amount);
    if (type === null || amount === null || amount > 0) {
      return type === null || amount === null ? null : { type, amount };
    }
    const byBalances = this.#terms.mapping.amounts === 'balances';
    const isDecided = this.#faults.decide(
      'Amount',
      byBalances,
      this.#raw.id,
      `amount is ${amount}`,
    );
    if (!isDecided || amount === 0) {
      this.#hide('Amount');
      return null;
    }
    this.#alter('amount', -amount, 'Amount');
    const moved = before === null || after === null ? 0 : after - before;
    const wentTheOtherWay = moved !== 0 && moved > 0 !== isIncoming(type);
    if (!wentTheOtherWay) return { type, amount: -amount };
    this.#alter('type', OPPOSITES[type], 'Amount');
    return { type: OPPOSITES[type], amount: -amount };
  }

  #type(): TransactionType | null {
    const type = this.#raw.type ?? '';
    if (isTransactionType(type)) return type;
    const mapped = this.#terms.mapping.types?.[type] ?? null;
    const detail = this.#raw.type === null ? 'type is missing' : `type is ${JSON.stringify(type)}`;
    if (!this.#faults.decide('Type', mapped !== null, this.#raw.id, detail)) this.#hide('Type');
    else this.#alter('type', mapped, 'Type');
    return mapped;
  }

  #time(field: LegacyField, time: LegacyTime, text: string | null): number | null {
    const { at } = this.#terms;
    if (time.kind === 'time') {
      if (time.ms <= epochMs(at) + AHEAD_MS_MAX) return time.ms;
      this.#cannotRead('Time', `${field} is ${time.utc}, more than 5 minutes ahead of ${at}`);
      return null;
    }
    const what = text === null ? 'is missing' : `is ${text}`;
    if (time.kind === 'no zone') {
      this.#cannotRead('Time', `${field} ${what} and tells no zone: name it as "zone"`);
    } else this.#cannotRead('Time', `${field} ${what}, and no time of the years 1 to 9999`);
    return null;
  }

  /** What the read table shows as the business. Whether it is known is asked of consume rows only. */
  #business(type: TransactionType | null): string | null {
    const { sourceType } = this.#raw;
    if (type !== 'consume' && type !== 'refund') return this.#shortText('source_type', sourceType);
    const mapped = this.#terms.mapping.businesses?.[sourceType ?? ''];
    if (mapped !== undefined && mapped !== 'history' && mapped !== sourceType) {
      this.#alter('source_type', mapped, 'Business');
      return mapped;
    }
    return this.#shortText('source_type', sourceType);
  }

  /** The code that a consumption can be of; null: the row stays history. */
  #knownBusiness(type: TransactionType, shown: string | null): string | null {
    if (type !== 'consume' && type !== 'refund') return null;
    const { sourceType, id } = this.#raw;
    const mapped = this.#terms.mapping.businesses?.[sourceType ?? ''];
    const code = mapped ?? sourceType;
    const isKnown = code !== null && code !== 'history' && this.#terms.labels.has(code);
    if (type === 'consume' && (mapped !== undefined || !isKnown)) {
      const what = sourceType === null ? 'source_type is missing' : `source_type is ${shown}`;
      this.#faults.decide(
        'Business',
        mapped === 'history' || (mapped !== undefined && isKnown),
        id,
        what,
      );
    }
    return isKnown ? code : null;
  }

  #shortText(field: 'source_type' | 'source_id', text: string | null): string | null {
    if (text === null) return null;
    const charsMax = field === 'source_type' ? SOURCE_TYPE_CHARS_MAX : SOURCE_ID_MAX;
    const short = cut(text, charsMax);
    if (short === text) return text;
    this.#faults.count('Text', this.#raw.id, `${field} is longer than ${charsMax} characters`);
    this.#alter(field, short, 'Text');
    return short;
  }

  #batch(): number | null {
    const { batchId: text, id } = this.#raw;
    if (text === null) {
      this.#faults.count('NoBatch', id, 'names no batch');
      return null;
    }
    const number = batchNumber(text);
    if (number !== null) return number;
    const isDerived = this.#terms.mapping.batchIds === 'derive';
    const detail = `batch_id is ${text}`;
    if (!this.#faults.decide('BatchId', isDerived, id, detail)) this.#hide('BatchId');
    const derived = derivedBatchId(this.#userId, text);
    if (isDerived) this.#alter('batch_id', derived, 'BatchId');
    return derived;
  }

  #texts(): void {
    const { description, sourceId, id } = this.#raw;
    this.#shortText('source_id', sourceId);
    if (sourceId !== null && hasControls(sourceId)) {
      this.#faults.count('Text', id, 'source_id has control characters');
    }
    if (description === null || this.#terms.mapping.texts === 'label') return;
    if (cut(description, DESCRIPTION_CHARS_MAX) !== description) {
      this.#faults.count('Text', id, `description is cut at ${DESCRIPTION_CHARS_MAX} characters`);
    } else if (hasControls(description)) {
      this.#faults.count('Text', id, 'description has control characters');
    }
  }

  #duration(): void {
    const duration = asRead(this.#raw.duration);
    if (duration === null) return;
    if (typeof duration === 'number' && duration >= 0 && duration <= DURATION_SECONDS_MAX) return;
    this.#faults.count('Duration', this.#raw.id, `duration is ${duration}`);
    this.#alter('duration', null, 'Duration');
  }

  #consumptionId(type: TransactionType): string | null {
    if (type !== 'consume' && type !== 'refund') return null;
    const id = joinedId(this.#raw.ids);
    if (id === null) this.#faults.count('NoId', this.#raw.id, 'names no consumption');
    return id;
  }
}
