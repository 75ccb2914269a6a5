import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RowCursor, TransactionFilter } from '#read-model';

/** The end of a page of one user with its filters. A cursor is valid for nothing else. */
export interface PageCursor {
  readonly userId: string;
  /** The last row of the previous page. A cursor of an earlier version has only its id. */
  readonly before: RowCursor | number;
  readonly filter: TransactionFilter;
}

const SIGNATURE_BYTES = 16;
const CURSOR_CHARS_MAX = 1_024;

/** Signs cursors, so that a client can read them but neither create nor alter them. */
export class PageCursors {
  constructor(private readonly key: string) {}

  sign(cursor: PageCursor): string {
    const payload = Buffer.from(JSON.stringify(cursor), 'utf8');
    return `${payload.toString('base64url')}.${this.#signatureOf(payload).toString('base64url')}`;
  }

  /** Returns null when the signature is not valid. */
  verify(text: string): PageCursor | null {
    if (text.length > CURSOR_CHARS_MAX) return null;
    const [payload, sign, ...more] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (payload === undefined || sign?.length !== SIGNATURE_BYTES || more.length > 0) return null;
    if (!timingSafeEqual(sign, this.#signatureOf(payload))) return null;
    // The signature is valid, so it is a cursor that `sign` wrote.
    return JSON.parse(payload.toString('utf8')) as PageCursor;
  }

  #signatureOf(payload: Buffer): Buffer {
    return createHmac('sha256', this.key).update(payload).digest().subarray(0, SIGNATURE_BYTES);
  }
}
