import { failureFrom, isTemporary } from './failure.js';

const response = (status: number, headers: Record<string, string> = {}, body = ''): Response =>
  new Response(body, { status, headers });

const PROBLEM = { 'content-type': 'application/problem+json; charset=utf-8' };

describe('failureFrom', () => {
  it.each([
    [401, { kind: 'expired' }],
    [403, { kind: 'forbidden' }],
    [404, { kind: 'missing' }],
    [409, { kind: 'conflict' }],
    [429, { kind: 'busy', retryMs: null }],
    [502, { kind: 'away', retryMs: null }],
    [503, { kind: 'away', retryMs: null }],
    [500, { kind: 'broken', detail: 'HTTP 500' }],
  ])('maps status %p to what the reader can do', async (status, failure) => {
    expect(await failureFrom(response(status))).toEqual(failure);
  });

  it('takes the delay of a retry from Retry-After', async () => {
    expect(await failureFrom(response(503, { 'retry-after': '2' }))).toEqual({
      kind: 'away',
      retryMs: 2_000,
    });
    const date = { 'retry-after': 'Wed, 21 Oct 2030 07:28:00 GMT' };
    expect(await failureFrom(response(429, date))).toEqual({ kind: 'busy', retryMs: null });
  });

  it('keeps the detail of a problem', async () => {
    const body = { type: 'urn:x', title: 'The request is invalid', status: 400, detail: 'limit …' };
    const failure = await failureFrom(response(400, PROBLEM, JSON.stringify(body)));
    expect(failure).toEqual({ kind: 'broken', detail: 'limit …' });
  });

  it('keeps the fields that a problem names', async () => {
    const errors = [{ field: 'from', reason: 'must be later' }];
    const body = { type: 'urn:x', title: 'Invalid', status: 400, errors };
    const failure = await failureFrom(response(400, PROBLEM, JSON.stringify(body)));
    expect(failure).toEqual({ kind: 'broken', detail: 'Invalid', errors });
  });

  it('falls back to the status when the body is not a problem', async () => {
    for (const body of ['<html>', '{"title":1}']) {
      expect(await failureFrom(response(500, PROBLEM, body))).toEqual({
        kind: 'broken',
        detail: 'HTTP 500',
      });
    }
  });

  it('calls a failure temporary only if a retry may succeed', () => {
    expect(isTemporary({ kind: 'away', retryMs: null })).toBe(true);
    expect(isTemporary({ kind: 'busy', retryMs: 1 })).toBe(true);
    expect(isTemporary({ kind: 'expired' })).toBe(false);
  });
});
