import type { OutgoingMessage } from '#contracts';

export const FOREIGN_CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type ForeignCodec = (typeof FOREIGN_CODECS)[number];

/** With `commit` and `abort` the message is in a transaction that ends so. */
export const TRANSACTION_MODES = ['plain', 'commit', 'abort'] as const;
export type TransactionMode = (typeof TRANSACTION_MODES)[number];

type Bytes = string | Buffer | null;

export interface ForeignMessage {
  readonly codec: ForeignCodec;
  readonly transaction: TransactionMode;
  readonly key: Bytes;
  /** A number means that many zero bytes. */
  readonly value: Bytes | number;
  readonly headers: readonly (readonly [name: string, value: Bytes])[];
}

export const foreignCommand = (
  { key, value, headers }: OutgoingMessage,
  codec: ForeignCodec,
  way: TransactionMode = 'plain',
): ForeignMessage => ({ codec, transaction: way, key, value, headers: Object.entries(headers) });

/** The input of produce.py and Produce.java. */
export const toLines = (messages: readonly ForeignMessage[]): string =>
  messages
    .map(({ codec, transaction: way, key, value, headers }) =>
      [codec, way, toBase64(key), toBase64(value), ...headers.flatMap(([n, v]) => [n, toBase64(v)])]
        .join('\t')
        .concat('\n'),
    )
    .join('');

function toBase64(bytes: Bytes | number): string {
  if (bytes === null) return '-';
  if (typeof bytes === 'number') return `zeros:${bytes}`;
  return Buffer.from(bytes).toString('base64');
}
