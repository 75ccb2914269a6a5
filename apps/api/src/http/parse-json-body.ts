import { duplicateFieldError } from '#contracts';
import { invalidRequest, type Problem } from '../common/problems/problem.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

type ParsedBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

export function parseJsonBody(bytes: Uint8Array): ParsedBody {
  try {
    const text = utf8.decode(bytes);
    const value = JSON.parse(text) as unknown;
    const fault = duplicateFieldError(text);
    return fault === null ? { ok: true, value } : { ok: false, problem: invalidRequest([fault]) };
  } catch {
    const reason = 'must be JSON in UTF-8';
    return { ok: false, problem: invalidRequest([{ field: 'body', reason }]) };
  }
}
