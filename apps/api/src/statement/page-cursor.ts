import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RowCursor, TransactionFilter } from '#read-model';

/** Where a page ends, of whom, and what was asked for: a cursor is of no use for anything else. */
export interface PageCursor {
  readonly userId: string;
  /** The last row of the page before; of a cursor from before there were places, its id alone. */
  readonly before: RowCursor | number;
  readonly filter: TransactionFilter;
}

const SIGNATURE_BYTES = 16;
const CURSOR_CHARS_MAX = 1_024;

/** Cursors that can be read, but not made or altered, by those who carry them. */
export class PageCursors {
  constructor(private readonly key: string) {}

  sign(cursor: PageCursor): string {
    const payload = Buffer.from(JSON.stringify(cursor), 'utf8');
    return `${payload.toString('base64url')}.${this.#signatureOf(payload).toString('base64url')}`;
  }

  /** null: not one of ours. */
  verify(text: string): PageCursor | null {
    if (text.length > CURSOR_CHARS_MAX) return null;
    const [payload, sign, ...more] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (payload === undefined || sign?.length !== SIGNATURE_BYTES || more.length > 0) return null;
    if (!timingSafeEqual(sign, this.#signatureOf(payload))) return null;
    // The seal has spoken: we wrote this.
    return JSON.parse(payload.toString('utf8')) as PageCursor;
  }

  #signatureOf(payload: Buffer): Buffer {
    return createHmac('sha256', this.key).update(payload).digest().subarray(0, SIGNATURE_BYTES);
  }
}
