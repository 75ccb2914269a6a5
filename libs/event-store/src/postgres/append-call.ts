import { byteaArray, int4Array, int8Array, textArray, uuidArray } from '#bytes/postgres';
import type { QueryConfig } from 'pg';
import { positionsOf } from '../position.js';
import type { AppendResult, EncodedEvent, NonEmpty, Position } from '../port.js';

export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: NonEmpty<EncodedEvent>;
}

export const positions = positionsOf('postgres');

/** The one row that the function returns; see migrations/002-append.ts and 007-rules-fence.ts. */
export interface Appended {
  readonly base: string;
  readonly answers: readonly Answer[] | null;
}

type Answer =
  | readonly ['ok' | 'repeat', revision: number, position: number]
  | readonly ['conflict', revision: number, position: null];

/** Older builds call another function: see migrations/007-rules-fence.ts. */
const SQL =
  'select base, answers from event_store.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9)';

/** Of a caller who does not say which rules it knows, as tests do: no rules are too new for it. */
export const ANY_RULES = 2_147_483_647;

export function appendCall(appends: readonly Append[], rulesKnown = ANY_RULES): QueryConfig {
  const rows = appends.flatMap(({ stream, expected, events }, index) =>
    events.map((event) => ({ number: index + 1, stream, expected, event })),
  );
  return {
    name: 'append',
    text: SQL,
    values: [
      rulesKnown,
      int4Array(rows, ({ number }) => number),
      textArray(rows, ({ stream }) => stream),
      int8Array(rows, ({ expected }) => expected),
      uuidArray(rows, ({ event }) => event.id),
      textArray(rows, ({ event }) => event.type),
      textArray(rows, ({ event }) => event.data),
      textArray(rows, ({ event }) => event.meta),
      byteaArray(rows, ({ event }) => event.hash),
    ],
  };
}

/** Events with these ids are stored already. Whether their content is equal is not known yet. */
export interface SameIds {
  readonly kind: 'same-ids';
  readonly revision: number;
  readonly position: Position;
}

export type AppendAnswer = AppendResult | SameIds;

/** The answers in the order of the appends. */
export function answersOf(
  appends: readonly Append[],
  { base, answers }: Appended,
): readonly AppendAnswer[] {
  if (answers !== null) return answers.map(answerOf);
  let position = Number(base);
  return appends.map(({ expected, events }) => {
    position += events.length;
    return {
      kind: 'ok',
      revision: expected + events.length,
      position: positions.format(position),
    };
  });
}

function answerOf([kind, revision, place]: Answer): AppendAnswer {
  if (kind === 'conflict') return { kind, actual: revision < 0 ? null : revision };
  const position = positions.format(place);
  return { kind: kind === 'ok' ? kind : 'same-ids', revision, position };
}
