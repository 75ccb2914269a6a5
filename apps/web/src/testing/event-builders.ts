import type { StoredEvent } from '#contracts';

export const AT = '2030-01-01T00:00:00.000Z';

/** Builds an event as the API returns it. */
export function eventOf(
  revision: number,
  type: string,
  balanceAfter: number,
  data: Readonly<Record<string, unknown>>,
): StoredEvent {
  const id = '7d3f2a52-1c7e-5a51-9a2e-3f0b8d1c4e5f';
  return {
    revision,
    position: `pg:${revision}`,
    id,
    type,
    at: AT,
    data: { at: AT, receivedAt: AT, commandId: id, digest: 'd', balanceAfter, ...data },
    meta: {
      command: { source: '/specs', id: `c-${revision}`, type: 'ConsumePoints' },
      policy: 'p',
      correlation: 'c',
    },
    hash: '0'.repeat(64),
  };
}

const CONSUMPTION = { consumptionId: 'c-1', sourceType: 'tts', sourceId: 'task-1' };

export const recharged = (revision: number, points: number, balanceAfter: number) =>
  eventOf(revision, 'PointsRecharged', balanceAfter, {
    batchId: 1,
    points,
    expiresAt: null,
    priority: 50,
    sourceId: null,
  });

export const consumed = (
  revision: number,
  balanceAfter: number,
  ...draws: readonly { readonly batchId: number; readonly points: number }[]
) =>
  eventOf(revision, 'PointsConsumed', balanceAfter, {
    ...CONSUMPTION,
    of: null,
    points: draws.reduce((sum, { points }) => sum + points, 0),
    draws,
    duration: 12.5,
    settleBy: null,
  });

export const refunded = (
  revision: number,
  balanceAfter: number,
  overrides: Readonly<Record<string, unknown>> = {},
) =>
  eventOf(revision, 'PointsRefunded', balanceAfter, {
    ...CONSUMPTION,
    of: 1,
    points: 5,
    returns: [
      { from: 2, into: 2, points: 3, expiresAt: null },
      { from: 1, into: 9, points: 2, expiresAt: AT },
    ],
    cause: 'refunded',
    reason: null,
    ...overrides,
  });
